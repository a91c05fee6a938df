/** IEEE 754 binary16. */
export function halfToNumber(half: number): number {
  return (table ??= everyHalf())[half] as number;
}

let table: Float32Array | undefined;

/** Networks hold millions of them: each of the 65,536 is worked out once. */
function everyHalf(): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, half) => decoded(half));
}

function decoded(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
