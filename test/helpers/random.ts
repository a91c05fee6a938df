/** xorshift32: numbers in 0..1 from a seed other than 0, the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** `length` values between `from` and `to`. */
export function randomValues(next: () => number, length: number, from: number, to: number): Float32Array {
  return Float32Array.from({ length }, () => from + (to - from) * next());
}
