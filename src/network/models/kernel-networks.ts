import { RESIZE_KERNELS, type NetworkFile, type ResizeKernel } from '../../contract/engine.js';
import { kernelRadiusPx } from '../engines/resize-engine.js';
import { SrganError } from '../../system/errors.js';
import type { Networks, NetworkFamily } from '../../contract/ports.js';
import { isKnownName } from './kept/known-name.js';

/** Factors of kernels, which also upscale the results of networks whose only factor is 1. */
export const KERNEL_FACTORS = [2, 3, 4, 5, 6, 7, 8] as const;

/**
 * Opens kernels as networks, for the `resize` engine. The name of a built-in or kept network means lanczos3,
 * so that `--engine resize` alone works.
 */
export function openKernels(): Networks {
  return {
    describe: async (name) => ({ name: await kernelOf(name), factors: KERNEL_FACTORS, defaultFactor: 2 }),
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
 * Returns a kernel as a network; workers of every engine can run it.
 * @throws SrganError E_MODEL if there is no such factor
 */
export function kernelFile(kernel: ResizeKernel, factor: number): NetworkFile {
  if (!KERNEL_FACTORS.some((known) => known === factor)) {
    throw new SrganError('E_MODEL', `${kernel}: the factor ${factor} is not supported.`, {
      hint: `Its factors are ${KERNEL_FACTORS.join(', ')}.`,
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

/** Whether a family only has the factor 1: its network is run once, whatever the size of the result. */
export const keepsSize = ({ factors }: Pick<NetworkFamily, 'factors'>): boolean =>
  factors.every((factor) => factor === 1);
