import type * as Ort from 'onnxruntime-node';
import { SrganError } from '../../system/errors.js';
import type { Device, Engine, Network, NetworkFile } from '../../contract/engine.js';
import { edgeNames } from '../graph/narrowing.js';
import { edgesOf, NO_HALO, resultSize } from './narrows.js';
import { selectProvider } from './onnx-provider.js';
import { loadRuntime, SESSION_OPTIONS, type Runtime } from './onnx-session.js';
import { checkPlanes, scaleValues } from './three-planes.js';

/**
 * onnxruntime with one thread per session: the worker threads are what fills the cores.
 * @throws SrganError E_ENGINE when the runtime cannot be loaded or the device is not there
 */
export async function openOnnxEngine(device: Device): Promise<Engine> {
  const ort = await loadRuntime();
  const { provider, note } = await selectProvider(ort, device);
  return {
    name: 'onnx',
    device: provider,
    ...(note !== undefined && { note }),
    load: (file) => load(ort, provider, file),
  };
}

async function load(ort: Runtime, provider: string, file: NetworkFile): Promise<Network> {
  const { title, bytes, inputRange, outputRange, narrows } = file;
  const options = { ...SESSION_OPTIONS, executionProviders: [provider] };
  // the runtime takes no shared memory
  const model = new Uint8Array(bytes);
  const session = await ort.InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${title}: onnxruntime does not take this network.`, { cause });
  });
  freeAtOnce(model);
  const edges = new Set(narrows?.narrowings.flatMap((each) => Object.values(edgeNames(each))));
  const [inputName = '', ...givenNames] = session.inputNames.filter((name) => !edges.has(name));
  const [outputName = ''] = session.outputNames;
  let output = new Float32Array(0);
  let open = true;

  return {
    async run(planes, widthPx, heightPx, givens = [], halo = NO_HALO) {
      if (!open) throw new SrganError('E_ENGINE', `${title}: the network has been disposed.`);
      checkPlanes(title, planes, widthPx, heightPx);
      if (inputRange !== 255) scaleValues(planes, inputRange / 255);
      const { channels, width, height } = resultSize(file, widthPx, heightPx, halo);
      const outputLength = channels * width * height;
      if (output.length < outputLength) output = new Float32Array(outputLength);
      const result = output.subarray(0, outputLength);
      const input = new ort.Tensor('float32', planes, [1, 3, heightPx, widthPx]);
      const target = new ort.Tensor('float32', result, [1, channels, height, width]);
      const given = givenNames.map((name, i) => {
        const values = givens[i] ?? new Float32Array(0);
        return [name, new ort.Tensor('float32', values, [1, values.length, 1, 1])] as const;
      });
      const told = Object.entries(narrows ? edgesOf(narrows, halo) : {}).map(
        ([name, values]) => [name, new ort.Tensor('int64', values, [values.length])] as const,
      );
      try {
        const inputs: Record<string, Ort.Tensor> = { [inputName]: input };
        for (const [name, tensor] of [...given, ...told]) inputs[name] = tensor;
        const results = await session.run(inputs, { [outputName]: target });
        for (const { data } of Object.values(results)) freeAtOnce(data);
      } catch (cause) {
        throw new SrganError('E_ENGINE', `${title}: onnxruntime failed on ${widthPx} × ${heightPx} pixels.`, {
          cause,
        });
      } finally {
        input.dispose();
        for (const [, tensor] of [...given, ...told]) tensor.dispose();
        target.dispose();
      }
      if (outputRange !== 255) scaleValues(result, 255 / outputRange);
      return result;
    },
    async dispose() {
      if (!open) return;
      open = false;
      output = new Float32Array(0);
      await session.release();
    },
  };
}

const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * The runtime copies a result into a buffer of its own, though it has been given one. Copies would wait for the
 * garbage collector, which has no reason to come soon: some 60 MiB of them in each worker. What is sent to
 * nobody is freed.
 */
function freeAtOnce(data: Ort.Tensor['data']): void {
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer)
    nowhere.postMessage(undefined, [data.buffer]);
}
