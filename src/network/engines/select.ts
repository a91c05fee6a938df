import type { Engine, EngineSettings } from '../../contract/engine.js';
import { withoutKernels } from './default-engine.js';

/**
 * One engine for the calling thread; its runtime is loaded here and not before.
 * @throws SrganError E_ENGINE when the runtime or the device is not there
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
