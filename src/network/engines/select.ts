import type { Engine, EngineSettings } from '../../contract/engine.js';
import { withoutKernels, hasOnnxruntime } from './default-engine.js';
import process from 'node:process';
import type { PoolSize } from '../workers/schedule.js';

/**
 * Opens an engine for the calling thread; loads its runtime on demand.
 * @throws SrganError E_ENGINE if the runtime or the device is missing
 */
export async function openEngine(settings: EngineSettings): Promise<Engine> {
  switch (settings.engine) {
    case 'native': {
      const { openNativeEngine } = await import('./native/native.js');
      let others: Promise<Engine> | undefined;
      return openNativeEngine(() => (others ??= openEngine({ ...settings, engine: withoutKernels() })));
    }
    case 'onnx': {
      const { openOnnxEngine } = await import('./onnx.js');
      return openOnnxEngine(settings.device);
    }
    case 'reference': {
      const { openReferenceEngine } = await import('./reference/reference.js');
      return openReferenceEngine(settings);
    }
    case 'tfjs': {
      const { openTfjsEngine } = await import('./tfjs.js');
      return openTfjsEngine(settings);
    }
    case 'resize': {
      const { resizeEngine } = await import('./resize-engine.js');
      return resizeEngine;
    }
  }
}

/**
 * One session with large tiles keeps a device busy. Two WebGPU sessions in one process crash it with SIGSEGV
 * (onnxruntime 1.30, on SwiftShader and on an H200). On WebGPU, the corners of a folded network are also
 * wrong, by up to 11 levels, so networks run unfolded on devices.
 */
const ACCELERATOR_TILE_PX = 256;

/** Facts about an engine before the workers start. */
export interface PreparedEngine {
  readonly settings: EngineSettings;
  readonly workers: PoolSize;
  /** Whether folded networks give correct results. */
  readonly folds: boolean;
  /** Side of a tile in pixels of the source, if the device needs another than the CPU. */
  readonly tilePx?: number;
  /** A note for the user. */
  readonly note: string | undefined;
}

/**
 * Opens the engine on this thread if that tells more than its settings.
 * @param threads cores to use
 * @throws SrganError E_ENGINE if the runtime or the device is missing
 */
export async function prepareEngine(settings: EngineSettings, threads: number): Promise<PreparedEngine> {
  switch (settings.engine) {
    case 'native':
      await openEngine(settings);
      return { settings, workers: { threads }, folds: true, note: undefined };
    case 'resize':
      return { settings, workers: { threads }, folds: true, note: undefined };
    case 'onnx': {
      // loading is slow and is repeated in the workers
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
      // TensorFlow has one thread pool per process, which several workers would only share
      const workers = { threads: backend === 'node' ? 1 : threads };
      return { settings: { ...settings, tfjs: backend }, workers, folds: false, note };
    }
  }
}

/**
 * Sets the size of TensorFlow's thread pools, which it reads once, at the first computation in a process. A
 * worker's environment is a copy that it does not see.
 */
function setTensorFlowThreads(threads: number): void {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
}
