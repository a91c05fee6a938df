import type { Weights } from './trainer.js';

/**
 * A last layer of a network for another factor: each new subpixel is interpolated linearly among the old ones, so
 * that training begins with an enlarged version of what the other network makes.
 */
export function toFactor({ kernel, bias }: Weights, from: number, to: number): Weights {
  const before = 3 * from * from;
  const after = 3 * to * to;
  const spread = (values: Float32Array): Float32Array => {
    const rows = values.length / before;
    const result = new Float32Array(rows * after);
    for (let y = 0; y < to; y++) {
      for (let x = 0; x < to; x++) {
        for (const [oldY, weightY] of sourcesOf(y, from, to)) {
          for (const [oldX, weightX] of sourcesOf(x, from, to)) {
            for (let row = 0; row < rows; row++) {
              for (let c = 0; c < 3; c++) {
                const at = row * after + (y * to + x) * 3 + c;
                const value = values[row * before + (oldY * from + oldX) * 3 + c] ?? 0;
                result[at] = (result[at] ?? 0) + weightY * weightX * value;
              }
            }
          }
        }
      }
    }
    return result;
  };
  return { kernel: spread(kernel), bias: bias && spread(bias) };
}

/** The old subpixels that a new one lies between, with pixel centres in line; at the edge the nearest one. */
function sourcesOf(place: number, from: number, to: number): [index: number, weight: number][] {
  const at = Math.min(from - 1, Math.max(0, ((place + 0.5) * from) / to - 0.5));
  const low = Math.floor(at);
  const share = at - low;
  return share === 0
    ? [[low, 1]]
    : [
        [low, 1 - share],
        [low + 1, share],
      ];
}
