import { SrganError } from '../../system/errors.js';
import type { Engine, Network, NetworkFile } from '../../contract/engine.js';
import { kernelRadiusPx, phaseWeights } from './kernels.js';
import { checkPlanes } from './three-planes.js';

/**
 * Enlarges by a classic kernel, no network: the baseline, and what makes tests of the pipeline quick. Beyond
 * the border the nearest pixel is repeated. A pixel is computed from its neighbourhood alone, in one order,
 * so a tile with its halo gives the very numbers of the whole image.
 *
 * libvips is not used for it: it enlarges with the same bicubic for every kernel but nearest and linear, and
 * half an output pixel off centre.
 */
export const resizeEngine: Engine = {
  name: 'resize',
  device: 'cpu',
  load: (file) => Promise.resolve(loadKernel(file)),
};

function loadKernel({ factor, kernel = 'lanczos3', title }: NetworkFile): Network {
  const radius = kernelRadiusPx(kernel);
  const phases = phaseWeights(kernel, factor);
  let output = new Float32Array(0);
  let column = new Float64Array(0);
  let open = true;

  return {
    run: (planes, widthPx, heightPx) => Promise.resolve().then(() => enlarge(planes, widthPx, heightPx)),
    dispose() {
      open = false;
      output = new Float32Array(0);
      column = new Float64Array(0);
      return Promise.resolve();
    },
  };

  function enlarge(planes: Float32Array, widthPx: number, heightPx: number): Float32Array {
    if (!open) throw new SrganError('E_ENGINE', `${title}: the network has been disposed.`);
    checkPlanes(title, planes, widthPx, heightPx);
    const outputLength = planes.length * factor * factor;
    if (output.length < outputLength) output = new Float32Array(outputLength);
    if (column.length < widthPx + 2 * radius) column = new Float64Array(widthPx + 2 * radius);
    const rows = 3 * heightPx;
    for (let row = 0; row < rows; row += 1) {
      for (let phase = 0; phase < factor; phase += 1) {
        blendRows(planes, widthPx, heightPx, row, phases[phase] as Float64Array);
        spreadColumns(widthPx, (row * factor + phase) * widthPx * factor);
      }
    }
    return output.subarray(0, outputLength);
  }

  /** One output row at input width, with `radius` repeated pixels on either side, into `column`. */
  function blendRows(
    planes: Float32Array,
    width: number,
    height: number,
    row: number,
    weights: Float64Array,
  ): void {
    const top = row - (row % height);
    column.fill(0);
    for (let tap = 0; tap < weights.length; tap += 1) {
      const weight = weights[tap] as number;
      if (weight === 0) continue;
      const source = Math.min(top + height - 1, Math.max(top, row + tap - radius)) * width;
      for (let x = 0; x < width; x += 1) {
        column[x + radius] = (column[x + radius] as number) + weight * (planes[source + x] as number);
      }
    }
    column.fill(column[radius] as number, 0, radius);
    column.fill(column[radius + width - 1] as number, radius + width, radius + width + radius);
  }

  function spreadColumns(width: number, start: number): void {
    for (let phase = 0; phase < factor; phase += 1) {
      const weights = phases[phase] as Float64Array;
      for (let x = 0, at = start + phase; x < width; x += 1, at += factor) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap += 1) {
          sum += (weights[tap] as number) * (column[x + tap] as number);
        }
        output[at] = sum;
      }
    }
  }
}
