import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import util from 'node:util';
import { SrganError, systemCode } from '../../system/errors.js';
import { installCommand } from '../../system/installed.js';
import { locatePackage } from '../models/file/packages.js';
import type { TfjsBackend } from '../../contract/engine.js';
import { registerLayers, type Tfjs } from './tfjs-layers.js';

export interface TfjsRuntime {
  readonly tf: Tfjs;
  readonly backend: TfjsBackend;
  /** What runs, and why not something better. */
  readonly note: string;
}

export const TFJS_NODE = '@tensorflow/tfjs-node';
const PARTS = ['core', 'layers', 'converter', 'backend-wasm'].map((part) => `@tensorflow/tfjs-${part}`);

let loaded: Promise<TfjsRuntime> | undefined;

/**
 * TensorFlow.js for the calling thread: what the first call chose stays, since both backends are of one
 * library that has one of them active.
 * @throws SrganError E_ENGINE when `wanted` cannot be loaded
 */
export function loadTfjs(wanted: TfjsBackend | undefined): Promise<TfjsRuntime> {
  return (loaded ??= load(wanted).then((runtime) => {
    registerLayers(runtime.tf);
    return runtime;
  }));
}

async function load(wanted: TfjsBackend | undefined): Promise<TfjsRuntime> {
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
  // what it says of the processor is for those who build it
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const require = createRequire(path.join(directory, 'package.json'));
  const tf = require(directory) as Tfjs;
  await tf.ready();
  const { version, backend } = tf as unknown as NodeFacts;
  const versions = `tfjs-node ${version['tfjs-node'] ?? ''} and TensorFlow ${backend().binding?.TF_Version ?? ''}`;
  return { tf, backend: 'node', note: `The tfjs engine runs on ${versions}.` };
}

/** tfjs-node calls them in most of its operations; Node 22 warns of them, and Node 23 has the first no more. */
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
    if (!(await leavingTheProcessAlone(() => tf.setBackend('wasm')))) {
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

/** What starts WebAssembly here takes it upon itself to end the process in its own way when an error is not met. */
async function leavingTheProcessAlone<T>(work: () => Promise<T>): Promise<T> {
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
