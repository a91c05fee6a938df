import type { Device, EngineName, NetworkFile } from '../../contract/engine.js';
import { kernelIdentity, findBinding } from './native/binding.js';

/** Returns the engine for networks if none is requested: the fastest that is installed. */
export function defaultEngine(device: Device = 'cpu'): EngineName {
  return device === 'cpu' && kernelIdentity() !== undefined ? 'native' : withoutKernels(device);
}

/** Returns the engine for networks that our own kernels cannot run. */
export function withoutKernels(device: Device = 'cpu'): EngineName {
  return hasOnnxruntime() || (device !== 'cpu' && device !== 'auto') ? 'onnx' : 'reference';
}

/** Whether onnxruntime-node is installed; it may still fail to load. */
export function hasOnnxruntime(): boolean {
  try {
    import.meta.resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

/** Describes what a network runs on, and why it is not faster. */
export function runsOn(engine: EngineName, { native }: NetworkFile): string {
  const found = findBinding();
  const missing =
    'missing' in found ? `: there are no native kernels on this machine, since ${found.missing}` : '';
  switch (engine) {
    case 'native':
      return native && 'instructionSet' in found
        ? `native kernels for ${found.instructionSet}`
        : `${titleOf(withoutKernels())}: it has layers without native kernels, or folding saves more than they do`;
    case 'onnx':
    case 'reference':
      return titleOf(engine) + missing;
    default:
      return titleOf(engine);
  }
}

function titleOf(engine: EngineName): string {
  return engine === 'onnx' ? 'onnxruntime' : `the ${engine} engine`;
}
