import process from 'node:process';
import { hasOnnxruntime } from './default-engine.js';
import type { EngineSettings } from '../../contract/engine.js';
import type { PoolSize } from '../workers/schedule.js';
import { openEngine } from './select.js';

/**
 * One session keeps a device busy, with tiles that are large for a core; two in one process on WebGPU end it
 * with SIGSEGV (onnxruntime 1.30, on SwiftShader and on an H200). There the corners of a folded network come
 * out wrong too, by up to 11 levels: on devices networks run as published.
 */
const ACCELERATOR_TILE_PX = 256;

/** What is known of an engine before the workers start. */
export interface PreparedEngine {
  readonly settings: EngineSettings;
  readonly workers: PoolSize;
  /** Whether folded networks run right on it. */
  readonly folds: boolean;
  /** Side of a tile in pixels of the source, where the device wants another than the CPU. */
  readonly tilePx?: number;
  /** What the user should know. */
  readonly note: string | undefined;
}

/**
 * Tries the engine out on this thread, where that tells more than its settings do.
 * @param threads cores to use
 * @throws SrganError E_ENGINE when the runtime or the device is not there
 */
export async function prepareEngine(settings: EngineSettings, threads: number): Promise<PreparedEngine> {
  switch (settings.engine) {
    case 'native':
      await openEngine(settings);
      return { settings, workers: { threads }, folds: true, note: undefined };
    case 'resize':
      return { settings, workers: { threads }, folds: true, note: undefined };
    case 'onnx': {
      // loading it takes long, and the workers do it again
      if (settings.device === 'cpu' && hasOnnxruntime()) {
        return { settings, workers: { threads }, folds: true, note: undefined };
      }
      const { device, note } = await openEngine(settings);
      const found = { settings: { ...settings, device }, note };
      if (device === 'cpu') return { ...found, workers: { threads }, folds: true };
      return { ...found, workers: { threads, tilers: 1 }, folds: false, tilePx: ACCELERATOR_TILE_PX };
    }
    case 'reference': {
      const { note } = await openEngine(settings);
      return { settings: { ...settings, device: 'cpu' }, workers: { threads }, folds: true, note };
    }
    case 'tfjs': {
      setTensorFlowThreads(threads);
      const { note } = await openEngine(settings);
      const { loadTfjs } = await import('./tfjs-runtime.js');
      const { backend } = await loadTfjs(settings.tfjs);
      // TensorFlow has one pool of threads per process, which several workers would only share
      const workers = { threads: backend === 'node' ? 1 : threads };
      return { settings: { ...settings, tfjs: backend }, workers, folds: false, note };
    }
  }
}

/**
 * TensorFlow reads them when it first computes in a process, and not again. A worker thread's environment is a
 * copy that it does not see.
 */
function setTensorFlowThreads(threads: number): void {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
}
