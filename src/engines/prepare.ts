import process from 'node:process';
import type { EngineSettings } from './engine.js';
import { openEngine } from './select.js';

/** What is known of an engine before the workers start. */
export interface PreparedEngine {
  readonly settings: EngineSettings;
  /** Worker threads that it can use. */
  readonly workers: number;
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
    case 'resize':
      return { settings, workers: threads, note: undefined };
    case 'onnx': {
      if (settings.device === 'cpu') return { settings, workers: threads, note: undefined };
      const { note } = await openEngine(settings);
      return { settings, workers: threads, note };
    }
    case 'tfjs': {
      setTensorFlowThreads(threads);
      const { note } = await openEngine(settings);
      const { loadTfjs } = await import('./tfjs-runtime.js');
      const { backend } = await loadTfjs(settings.tfjs);
      // TensorFlow has one pool of threads per process, which several workers would only share
      const workers = backend === 'node' ? 1 : threads;
      return { settings: { ...settings, tfjs: backend }, workers, note };
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
