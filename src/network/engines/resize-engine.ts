import { SrganError } from '../../system/errors.js';
import type { Engine, Network, NetworkFile, ResizeKernel } from '../../contract/engine.js';
import { checkPlanes } from './network-io.js';

/**
 * Upscales with a classic kernel instead of a network: the baseline, and fast for tests of the pipeline.
 * Pixels beyond the border repeat the nearest one. A pixel is computed from its neighbourhood alone, in one
 * order, so a tile with its halo has exactly the numbers of the whole image.
 * It does not use libvips, which upscales with the same bicubic for every kernel but nearest and linear, and
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

  /** Computes one output row at input width, with `radius` repeated pixels on either side, into `column`. */
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

/** An interpolation kernel. */
export interface Kernel {
  /** The weight is 0 beyond this distance, in input pixels. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

/**
 * Keys' family of cubics: (0, 1/2) is Catmull-Rom, (1/3, 1/3) is Mitchell and Netravali's (SIGGRAPH 1988).
 */
function cubic(b: number, c: number): Kernel {
  return {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x >= 2) return 0;
      if (x < 1) return ((12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + (6 - 2 * b)) / 6;
      return (
        ((-b - 6 * c) * x ** 3 + (6 * b + 30 * c) * x ** 2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6
      );
    },
  };
}

function lanczos(lobes: number): Kernel {
  const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  return { support: lobes, weight: (x) => (Math.abs(x) >= lobes ? 0 : sinc(x) * sinc(x / lobes)) };
}

export const KERNELS: Readonly<Record<ResizeKernel, Kernel>> = {
  nearest: { support: 0, weight: () => 1 },
  linear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: cubic(0, 1 / 2),
  mitchell: cubic(1 / 3, 1 / 3),
  lanczos2: lanczos(2),
  lanczos3: lanczos(3),
};

/** Returns the radius of the kernel in input pixels. */
export function kernelRadiusPx(kernel: ResizeKernel): number {
  return KERNELS[kernel].support;
}

/**
 * Returns the weights for upscaling by a whole factor. Output pixel `i` is in input pixel `floor(i /
 * factor)`, at phase `i % factor`, with aligned pixel centres.
 * @returns for each phase, the weights of the input pixels at -radius..+radius; they add up to 1
 */
export function phaseWeights(kernel: ResizeKernel, factor: number): Float64Array[] {
  const { support, weight } = KERNELS[kernel];
  return Array.from({ length: factor }, (_, phase) => {
    const shift = (phase + 0.5) / factor - 0.5;
    const weights = Float64Array.from({ length: 2 * support + 1 }, (_, tap) => weight(tap - support - shift));
    const sum = weights.reduce((total, value) => total + value, 0);
    return weights.map((value) => value / sum);
  });
}
