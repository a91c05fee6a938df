import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import util from 'node:util';
import { SrganError, systemCode } from '../../system/errors.js';
import { installCommand } from '../../system/installed.js';
import { locatePackage } from '../models/file/packages.js';
import type { TfjsBackend } from '../../contract/engine.js';
import type * as Converter from '@tensorflow/tfjs-converter';
import type * as Core from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

export interface TfjsRuntime {
  readonly tf: Tfjs;
  readonly backend: TfjsBackend;
  /** What runs, and why nothing faster does. */
  readonly note: string;
}

export const TFJS_NODE = '@tensorflow/tfjs-node';
const PARTS = ['core', 'layers', 'converter', 'backend-wasm'].map((part) => `@tensorflow/tfjs-${part}`);

let loaded: Promise<TfjsRuntime> | undefined;

/**
 * Loads TensorFlow.js for the calling thread. The choice of the first call stays, since both backends belong
 * to one library with a single active one.
 * @throws SrganError E_ENGINE if `wanted` cannot be loaded
 */
export function loadTfjs(wanted: TfjsBackend | undefined): Promise<TfjsRuntime> {
  return (loaded ??= chooseRuntime(wanted).then((runtime) => {
    registerLayers(runtime.tf);
    return runtime;
  }));
}

async function chooseRuntime(wanted: TfjsBackend | undefined): Promise<TfjsRuntime> {
  if (wanted === 'wasm') return loadWasm('was not asked for');
  const directory = await locatePackage(TFJS_NODE);
  if (directory === undefined) {
    if (wanted === undefined) return loadWasm('is not installed');
    throw new SrganError('E_ENGINE', `${TFJS_NODE} is not installed.`, {
      hint: installCommand([TFJS_NODE]),
    });
  }
  try {
    return await loadNode(directory);
  } catch (cause) {
    if (wanted === undefined) return loadWasm(`does not load: ${firstLine(cause)}`);
    throw new SrganError('E_ENGINE', `${TFJS_NODE} in ${directory} does not load.`, { cause });
  }
}

interface NodeFacts {
  readonly version: Readonly<Record<string, string>>;
  readonly backend: () => { readonly binding?: { readonly TF_Version?: string } };
}

async function loadNode(directory: string): Promise<TfjsRuntime> {
  restoreOldFunctions();
  // its messages about the processor are for people who build it
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const require = createRequire(path.join(directory, 'package.json'));
  const tf = require(directory) as Tfjs;
  await tf.ready();
  const { version, backend } = tf as unknown as NodeFacts;
  const versions = `tfjs-node ${version['tfjs-node'] ?? ''} and TensorFlow ${backend().binding?.TF_Version ?? ''}`;
  return { tf, backend: 'node', note: `The tfjs engine runs on ${versions}.` };
}

/**
 * Restores functions that tfjs-node calls in most operations; Node 22 warns about them, and Node 23 removed
 * the first.
 */
function restoreOldFunctions(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  });
}

async function loadWasm(reason: string): Promise<TfjsRuntime> {
  const require = createRequire(import.meta.url);
  try {
    const [core, layers, converter] = PARTS.map((name) => require(name) as object);
    const tf = { ...core, ...layers, ...converter } as Tfjs;
    if (!(await keepingProcessListeners(() => tf.setBackend('wasm')))) {
      throw new Error('The backend was not accepted.');
    }
    const { version } = require(`${PARTS[0]}/package.json`) as { version: string };
    return {
      tf,
      backend: 'wasm',
      note: `The tfjs engine runs on WebAssembly (tfjs ${version}), since ${TFJS_NODE} ${reason}.`,
    };
  } catch (cause) {
    if (systemCode(cause) !== 'MODULE_NOT_FOUND') {
      throw new SrganError('E_ENGINE', 'TensorFlow.js could not be loaded on this machine.', { cause });
    }
    throw new SrganError('E_ENGINE', 'The tfjs engine needs TensorFlow.js, which is not installed.', {
      cause,
      hint: installCommand(PARTS),
    });
  }
}

/**
 * Removes the process listeners that the WebAssembly loader adds, which would end the process on uncaught
 * errors.
 */
async function keepingProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  const before = ['uncaughtException', 'unhandledRejection'].map(
    (event) => [event, process.rawListeners(event)] as const,
  );
  try {
    return await work();
  } finally {
    for (const [event, listeners] of before) {
      const added = process.rawListeners(event).filter((listener) => !listeners.includes(listener));
      for (const listener of added) process.off(event, listener as () => void);
    }
  }
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return (text.split('\n')[0] ?? '').replace(/[.\s]+$/, '');
}

/** The parts of TensorFlow.js as one module, functions only, since only tfjs-node's tensors have methods. */
export type Tfjs = typeof Core &
  Pick<typeof Layers, 'loadLayersModel' | 'layers'> &
  Pick<typeof Converter, 'loadGraphModel'>;

type ShapeSides = readonly (number | null)[];

const BLOCKS = [2, 3, 4, 8] as const;

/** Registers the layers that UpscalerJS networks use besides those of Keras. */
export function registerLayers(tf: Tfjs): void {
  class MultiplyBeta extends tf.layers.Layer {
    static readonly className = 'MultiplyBeta';
    readonly #beta: number;

    constructor(config: { readonly name?: string; readonly beta?: number }) {
      super(config);
      this.#beta = config.beta ?? 0.2;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.mul(single(inputs), this.#beta);
    }
  }
  tf.serialization.registerClass(MultiplyBeta);

  for (const block of BLOCKS) {
    class PixelShuffle extends tf.layers.Layer {
      static readonly className = `PixelShuffle${block}x`;

      override computeOutputShape(shape: unknown) {
        const [batch = null, height = null, width = null, channels = null] = shape as ShapeSides;
        const enlarged = (side: number | null) => side && side * block;
        return [batch, enlarged(height), enlarged(width), channels && channels / block ** 2];
      }

      override call(inputs: Tensor | Tensor[]): Tensor {
        return tf.depthToSpace(single(inputs) as Tensor4D, block, 'NHWC');
      }
    }
    tf.serialization.registerClass(PixelShuffle);
  }
}

function single(inputs: Tensor | Tensor[]): Tensor {
  const [first] = Array.isArray(inputs) ? inputs : [inputs];
  return first as Tensor;
}
