import type { ResizeKernel } from '../../contract/engine.js';

interface Kernel {
  /** Beyond this distance, in input pixels, the weight is 0. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

/** Keys' family of cubics: (0, 1/2) is Catmull-Rom, (1/3, 1/3) is Mitchell and Netravali's (SIGGRAPH 1988). */
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

const KERNELS: Record<ResizeKernel, Kernel> = {
  nearest: { support: 0, weight: () => 1 },
  linear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: cubic(0, 1 / 2),
  mitchell: cubic(1 / 3, 1 / 3),
  lanczos2: lanczos(2),
  lanczos3: lanczos(3),
};

/** How far an enlarged pixel looks, in input pixels. */
export function kernelRadiusPx(kernel: ResizeKernel): number {
  return KERNELS[kernel].support;
}

/**
 * Weights of an enlargement by a whole factor. Output pixel `i` lies in input pixel `floor(i / factor)`, at
 * phase `i % factor`, with pixel centres in line.
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
