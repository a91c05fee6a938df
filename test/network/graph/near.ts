import type { Tensor } from '../../../src/network/engines/reference/tensor.js';

/**
 * Largest difference between two tensors of one shape, relative to the largest value, where a position is at
 * least `border` from every side.
 */
export function difference(one: Tensor, other: Tensor, border = 0): number {
  const { channels, height, width } = one;
  if (channels !== other.channels || height !== other.height || width !== other.width) return Infinity;
  const largest = one.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  let most = 0;
  one.values.forEach((value, at) => {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < border) return;
    most = Math.max(most, Math.abs(value - other.values[at]!));
  });
  return most / largest;
}
