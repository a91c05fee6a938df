import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import type { Planes } from './planes-probe.js';

export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly range: ValueRange;
  /** The same in all three planes. */
  readonly gray?: boolean;
  /** The picture goes on without end, and this is where its part begins. */
  readonly from?: number;
}

/** Smooth waves with some noise, growing brighter to the right and down; the same each time, whatever its size. */
export function picture({ width, height, range, gray = false, from = 0 }: PictureShape): Planes {
  const values = new Float32Array(3 * width * height);
  const [black, white] = range;
  for (let i = 0; i < values.length; i += 1) {
    const plane = Math.floor(i / (width * height));
    const colour = gray ? 0 : plane;
    const x = (i % width) + from;
    const y = (Math.floor(i / width) % height) + from;
    const smooth = 0.45 + 0.3 * Math.sin(x / 9 + 2 * colour) * Math.cos(y / (7 + colour));
    const brighter = 0.1 * Math.min(1, (x + y) / 500);
    values[i] = black + (white - black) * (smooth + brighter + 0.1 * (noise(x, y, colour) - 0.5));
  }
  return { values, width, height };
}

/** From 0 to 1, by place alone. */
function noise(x: number, y: number, plane: number): number {
  let bits = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(plane + 1, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}
