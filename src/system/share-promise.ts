/**
 * What `make` gives for a key, made once. A failure is not kept, so that the next image meets it anew, with its
 * own stack.
 */
export function once<T>(results: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const existing = results.get(key);
  if (existing) return existing;
  const made = make();
  results.set(key, made);
  made.catch(() => results.delete(key));
  return made;
}
