import type { EngineName, NetworkFile } from '../../contract/engine.js';
import { withoutKernels } from './default-engine.js';
import { findBinding } from './native/binding.js';

/** What a network that was read for an engine runs on, and why not on something quicker, for people. */
export function runsOn(engine: EngineName, { native }: NetworkFile): string {
  const found = findBinding();
  const missing = 'missing' in found ? `: there are no native kernels here, since ${found.missing}` : '';
  switch (engine) {
    case 'native':
      return native && 'instructionSet' in found
        ? `native kernels for ${found.instructionSet}`
        : `${titleOf(withoutKernels())}: it has layers without native kernels, or folding spares more than they do`;
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
