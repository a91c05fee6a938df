/** All that `items` gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The next of `items`, which must not have ended. */
export async function take<T>(items: AsyncGenerator<T, unknown>): Promise<T> {
  const result = await items.next();
  if (result.done) throw new Error('there is no next one');
  return result.value;
}
