import type { Probe } from './probe-ranges.js';
import { SrganError } from '../../../system/errors.js';
import { hasOnnxruntime } from '../../engines/default-engine.js';
import { loadRuntime, openSession } from '../../engines/onnx.js';
import type { TfjsBackend } from '../../../contract/engine.js';
import { openTfjsModel, type TfjsFile } from '../../engines/tfjs.js';
import { loadTfjs } from '../../engines/tfjs-runtime.js';
import { evaluate } from '../../engines/reference/reference.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../graph/read/onnx/read-onnx.js';
import { installCommand } from '../../../system/installed.js';

/**
 * Opens a network with onnxruntime or, if it is not installed, the reference engine.
 * @throws SrganError E_MODEL if the network cannot be run
 */
export async function openProbe(title: string, bytes: Uint8Array): Promise<Probe> {
  if (!hasOnnxruntime()) return openReferenceProbe(title, bytes);
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
        throw new SrganError(
          'E_MODEL',
          `${title}: the network returns ${got} where an RGB image is expected.`,
        );
      }
      const copy = result.data.slice();
      result.dispose();
      return { values: copy, width: outputWidth, height: outputHeight };
    },
    close: () => session.release(),
  };
}

/**
 * Opens a network with TensorFlow.js.
 * @throws SrganError E_MODEL if TensorFlow.js rejects the network, E_ENGINE if it is not installed
 */
export async function openTfjsProbe(file: TfjsFile, backend: TfjsBackend | undefined): Promise<Probe> {
  const { tf } = await loadTfjs(backend);
  const model = await openTfjsModel(tf, file);
  return {
    run: ({ values, width, height }) =>
      Promise.resolve().then(() => {
        const result = model.predict({ values, widthPx: width, heightPx: height });
        return { values: result.values, width: result.widthPx, height: result.heightPx };
      }),
    close: () => Promise.resolve().then(() => model.dispose()),
  };
}

/**
 * Opens a network with the slow but always available reference engine.
 * @throws SrganError E_MODEL if an operator needs onnxruntime
 */
export function openReferenceProbe(title: string, bytes: Uint8Array): Probe {
  const graph = readOnnx(title, readOnnxModel(title, bytes));
  if (!graph) {
    throw new SrganError(
      'E_MODEL',
      `${title}: this network needs onnxruntime-node, which is not installed.`,
      {
        hint: installCommand(['onnxruntime-node']),
      },
    );
  }
  return {
    run: ({ values, width, height }) =>
      Promise.resolve().then(() => {
        const result = evaluate(graph, { channels: 3, height, width, values: Float64Array.from(values) });
        return { values: Float32Array.from(result.values), width: result.width, height: result.height };
      }),
    close: () => Promise.resolve(),
  };
}
