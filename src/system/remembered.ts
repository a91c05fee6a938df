/** So many keys are remembered; for one that is forgotten it is made again. */
const MOST_REMEMBERED = 4096;

/** What `make` gives for a key, as a directory, made once for each: those that come at one time share it. */
export function remembered<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const before = known.get(key);
    if (before) return before;
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= MOST_REMEMBERED) known.delete(oldest);
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
