import type { Device, EngineName } from '../../contract/engine.js';
import { kernelIdentity } from './native/binding.js';

/** What runs the networks where no engine is asked for: the fastest that is installed. */
export function defaultEngine(device: Device = 'cpu'): EngineName {
  return device === 'cpu' && kernelIdentity() !== undefined ? 'native' : withoutKernels(device);
}

/** What runs the networks that our own kernels do not run. */
export function withoutKernels(device: Device = 'cpu'): EngineName {
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
