import type { Device, EngineName } from '../../contract/engine.js';

/** What runs the networks where no engine is asked for: the fastest that is installed. */
export function defaultEngine(device: Device = 'cpu'): EngineName {
  return hasOnnxruntime() || (device !== 'cpu' && device !== 'auto') ? 'onnx' : 'reference';
}

/** Whether it is installed; it may still not load. */
export function hasOnnxruntime(): boolean {
  try {
    import.meta.resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
