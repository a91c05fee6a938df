import { SrganError } from '../../../system/errors.js';
import type { Engine, Network, NetworkFile, PagePart, Program } from '../../../contract/engine.js';
import { checkPlanes, scaleValues } from '../network-io.js';
import type { Sides } from '../../../contract/tiles.js';
import { findBinding, type Binding } from './binding.js';

const NOTHING: Sides<number> = { top: 0, left: 0, bottom: 0, right: 0 };
const IMAGE = { channels: 3, extraPx: 0 };

/**
 * Our own kernels, for networks that have a program for them.
 * @param others runs the networks that have none
 * @throws SrganError E_ENGINE where there are no kernels
 */
export function openNativeEngine(others: () => Promise<Engine>): Engine {
  const { binding, ...rest } = findBinding();
  if (!binding || !('instructionSet' in rest)) {
    throw new SrganError(
      'E_ENGINE',
      `There are no native kernels here: ${'missing' in rest ? rest.missing : ''}.`,
      {
        hint: 'npm rebuild srgan, or --engine onnx.',
      },
    );
  }
  const { instructionSet } = rest;
  return {
    name: 'native',
    device: 'cpu',
    async load(file) {
      const { native } = file;
      return native ? load(binding, instructionSet, file, native.program) : (await others()).load(file);
    },
  };
}

function load(binding: Binding, instructionSet: string, file: NetworkFile, program: Program): Network {
  const { title, key, factor, inputRange, outputRange, features = IMAGE } = file;
  const handle = attempt('E_MODEL', 'the native engine does not take this network', () =>
    binding.load(key, instructionSet, program.code, program.numbers),
  );
  let output = new Float32Array(0);
  let open = true;

  return {
    run: (planes, widthPx, heightPx, givens, halo) =>
      Promise.resolve().then(() => run(planes, widthPx, heightPx, givens, halo)),
    enlarge,
    dispose() {
      if (open) binding.dispose(handle);
      open = false;
      output = new Float32Array(0);
      return Promise.resolve();
    },
  };

  function run(
    planes: Float32Array,
    widthPx: number,
    heightPx: number,
    givens: readonly Float32Array[] = [],
    halo: Sides<number> = NOTHING,
  ): Float32Array {
    checkOpen();
    checkPlanes(title, planes, widthPx, heightPx);
    if (inputRange !== 255) scaleValues(planes, inputRange / 255);
    const { channels, extraPx } = features;
    const width = (widthPx - halo.left - halo.right) * factor + extraPx;
    const height = (heightPx - halo.top - halo.bottom) * factor + extraPx;
    const length = channels * width * height;
    if (output.length < length) output = new Float32Array(length);
    const result = output.subarray(0, length);
    attempt('E_ENGINE', `the native engine failed on ${widthPx} × ${heightPx} pixels`, () => {
      const [bottom, right] = [heightPx - halo.bottom, widthPx - halo.right];
      const edges = [halo.top, halo.left, bottom, right] as const;
      binding.runPlanes(handle, planes, widthPx, heightPx, ...edges, extraPx, givens, result);
    });
    if (outputRange !== 255) scaleValues(result, 255 / outputRange);
    return result;
  }

  function enlarge(
    { source, result, window, core, alpha }: PagePart,
    givens: readonly Float32Array[] = [],
  ): boolean {
    checkOpen();
    const places = Float64Array.of(
      source.start,
      source.widthPx,
      source.heightPx,
      source.channels,
      result.start,
      result.widthPx,
      result.heightPx,
      result.channels,
      window.xPx,
      window.yPx,
      window.widthPx,
      window.heightPx,
      core.xPx,
      core.yPx,
      core.widthPx,
      core.heightPx,
      Number(alpha),
      inputRange / 255,
      255 / outputRange,
    );
    const on = `${window.widthPx} × ${window.heightPx} pixels`;
    return attempt('E_ENGINE', `the native engine failed on ${on}`, () =>
      binding.runPages(handle, source.data, result.data, places, givens),
    );
  }

  function checkOpen(): void {
    if (!open) throw new SrganError('E_ENGINE', `${title}: the network has been disposed.`);
  }

  function attempt<T>(code: 'E_MODEL' | 'E_ENGINE', sentence: string, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new SrganError(code, `${title}: ${sentence}.`, { cause });
    }
  }
}
