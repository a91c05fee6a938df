/** A file that is put together anew, piece by piece: new bytes, and spans of the file that was there. */
export type Part = Uint8Array | Span;

/** Bytes from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const isSpan = (part: Part): part is Span => !(part instanceof Uint8Array);

export const lengthOf = (part: Part) => (isSpan(part) ? part.end - part.start : part.length);

export function joined(file: Buffer, parts: readonly Part[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only && isSpan(only) && lengthOf(only) === file.length) return file;
  return Buffer.concat(parts.map((part) => (isSpan(part) ? file.subarray(part.start, part.end) : part)));
}
