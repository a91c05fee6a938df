import { RESIZE_KERNELS, type NetworkFile, type ResizeKernel } from '../../contract/engine.js';
import { kernelRadiusPx } from '../engines/kernels.js';
import { SrganError } from '../../system/errors.js';
import { KERNEL_FACTORS } from './forms/keeps-size.js';
import type { Networks } from '../../contract/ports.js';
import { isKnownName } from './kept/known-name.js';

const FACTORS = KERNEL_FACTORS;

/**
 * Kernels in the place of networks, for the `resize` engine. The name of a built-in or kept network stands for
 * lanczos3, so that `--engine resize` alone is enough.
 */
export function openKernels(): Networks {
  return {
    describe: async (name) => ({ name: await kernelOf(name), factors: FACTORS, defaultFactor: 2 }),
    load: async (name, factor) => kernelFile(await kernelOf(name), factor),
  };
}

async function kernelOf(name: string): Promise<ResizeKernel> {
  const kernel = RESIZE_KERNELS.find((known) => known === name);
  if (kernel) return kernel;
  if (await isKnownName(name)) return 'lanczos3';
  throw new SrganError('E_MODEL', `${name}: the resize engine has no kernel of this name.`, {
    hint: `Its kernels are ${RESIZE_KERNELS.join(', ')}.`,
  });
}

/**
 * A kernel in the place of a network; every engine's workers run it.
 * @throws SrganError E_MODEL where there is no such factor
 */
export function kernelFile(kernel: ResizeKernel, factor: number): NetworkFile {
  if (!FACTORS.some((known) => known === factor)) {
    throw new SrganError('E_MODEL', `${kernel}: there is no factor ${factor}.`, {
      hint: `Its factors are ${FACTORS.join(', ')}.`,
    });
  }
  const radiusPx = kernelRadiusPx(kernel);
  return {
    key: `${kernel} x${factor}`,
    title: `${kernel} x${factor}`,
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
    factor,
    inputRange: 255,
    outputRange: 255,
    radiusPx,
    macsPerPixel: 3 * (2 * radiusPx + 1) * (factor + factor * factor),
    liveFloatsPerPixel: 3 + 3 * factor * factor,
    kernel,
  };
}
