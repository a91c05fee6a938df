import type { Probe } from './planes-probe.js';
import { SrganError } from '../../../system/errors.js';
import { hasOnnxruntime } from '../../engines/default-engine.js';
import { loadRuntime, openSession } from '../../engines/onnx-session.js';

/** @throws SrganError E_MODEL where onnxruntime does not take the network, or it is needed and not installed */
export async function openProbe(title: string, bytes: Uint8Array): Promise<Probe> {
  if (!hasOnnxruntime()) {
    const { openReferenceProbe } = await import('./reference-probe.js');
    return openReferenceProbe(title, bytes);
  }
  const ort = await loadRuntime();
  const fails = (cause: unknown) => {
    throw new SrganError('E_MODEL', `${title}: the network cannot be run by onnxruntime.`, { cause });
  };
  const session = await openSession(ort, bytes).catch(fails);
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;

  return {
    run: async ({ values, width, height }) => {
      const input = new ort.Tensor('float32', values, [1, 3, height, width]);
      const result = (await session.run({ [inputName]: input }, [outputName]).catch(fails))[outputName];
      const [batch, channels, outputHeight = 0, outputWidth = 0] = result?.dims ?? [];
      if (!result || batch !== 1 || channels !== 3 || !(result.data instanceof Float32Array)) {
        const got = `${result?.type ?? 'nothing'} of the shape [${result?.dims.join(', ') ?? ''}]`;
        throw new SrganError('E_MODEL', `${title}: the network gives ${got} where an RGB image is expected.`);
      }
      const copy = result.data.slice();
      result.dispose();
      return { values: copy, width: outputWidth, height: outputHeight };
    },
    close: () => session.release(),
  };
}
