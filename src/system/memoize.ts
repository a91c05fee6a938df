/** The oldest key is forgotten beyond this many. */
const MAX_KEYS = 4096;

/** Calls `make` once for each key. Concurrent callers share the promise. */
export function memoize<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (key) => {
    const [oldest] = results.keys();
    if (oldest !== undefined && results.size >= MAX_KEYS && !results.has(key)) results.delete(oldest);
    return sharePromise(results, key, () => make(key));
  };
}

/** Calls `make` once for a key. A failure is not kept: the next caller tries again and gets its own stack trace. */
export function sharePromise<T>(
  results: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const existing = results.get(key);
  if (existing) return existing;
  const made = make();
  results.set(key, made);
  made.catch(() => results.delete(key));
  return made;
}
