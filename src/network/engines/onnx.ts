import type * as Ort from 'onnxruntime-node';
import { SrganError, asSrganError } from '../../system/errors.js';
import type { Device, Engine, Network, NetworkFile } from '../../contract/engine.js';
import { edgeNames } from '../graph/halo-needs.js';
import { edgesOf, NO_HALO, resultSize, checkPlanes, scaleValues } from './network-io.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import { withPackages } from '../../system/installed.js';
import './no-telemetry.js';

/**
 * Opens onnxruntime with one thread per session, since the workers already fill the cores.
 * @throws SrganError E_ENGINE if the runtime cannot be loaded or the device is missing
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
  // the runtime does not accept shared memory
  const model = new Uint8Array(bytes);
  const session = await ort.InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${title}: onnxruntime cannot load this network.`, { cause });
  });
  freeNow(model);
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
        for (const { data } of Object.values(results)) freeNow(data);
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

const closedPort = new MessageChannel().port1;
closedPort.close();

/**
 * Frees a buffer at once by transferring it to a closed port. The runtime copies results into its own buffers
 * although it was given one, and the garbage collector would leave about 60 MiB of them in each worker.
 */
function freeNow(data: Ort.Tensor['data']): void {
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer)
    closedPort.postMessage(undefined, [data.buffer]);
}

export interface Provider {
  /** Also the name of the execution provider. */
  readonly provider: Exclude<Device, 'auto'>;
  readonly note?: string;
}

/** Devices that `auto` tries, in this order; WebGPU only on request. */
const AUTO = ['cuda', 'dml', 'coreml'] as const;

/**
 * Selects the execution provider for a device, after testing it with a single-node network.
 * @throws SrganError E_ENGINE if a requested device is not available
 */
export async function selectProvider(ort: Runtime, device: Device): Promise<Provider> {
  if (device === 'cpu') return { provider: 'cpu' };
  if (device !== 'auto') {
    const failure = await tryProvider(ort, device);
    if (failure === undefined) return { provider: device };
    throw new SrganError('E_ENGINE', `The device '${device}' is not available on this machine.`, {
      cause: failure,
      hint: supportedProviders(ort).includes(device)
        ? 'Its libraries or hardware are missing; -v shows details; --device cpu always works.'
        : `This onnxruntime was built for ${supportedProviders(ort).join(', ')}; --device cpu always works.`,
    });
  }
  for (const candidate of AUTO) {
    if (supportedProviders(ort).includes(candidate) && (await tryProvider(ort, candidate)) === undefined) {
      return { provider: candidate };
    }
  }
  return { provider: 'cpu', note: 'No accelerator is available, so the networks run on the CPU.' };
}

function supportedProviders(ort: Runtime): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** Returns the error, or undefined if the provider works. */
async function tryProvider(ort: Runtime, provider: string): Promise<unknown> {
  const bytes = emitOnnx({
    nodes: [
      { op: 'input', name: 'x', inputs: [], channels: 3 },
      { op: 'activation', name: 'y', inputs: ['x'], activation: 'relu' },
    ],
    input: 'x',
    output: 'y',
  });
  try {
    const options = { executionProviders: [provider], logSeverityLevel: 4 } as const;
    const session = await ort.InferenceSession.create(new Uint8Array(bytes), options);
    await session.release();
    return undefined;
  } catch (failure) {
    return failure;
  }
}

export type Runtime = typeof Ort;

/** With tiles of varying size, memory patterns cost a third more memory and save no time. */
export const SESSION_OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: true,
  enableMemPattern: false,
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
} as const satisfies Ort.InferenceSession.SessionOptions;

/** @throws SrganError E_ENGINE if it is not installed or does not load on this machine */
export async function loadRuntime(): Promise<Runtime> {
  const ort = await withPackages(
    'The onnx engine',
    ['onnxruntime-node'],
    'E_ENGINE',
    () => import('onnxruntime-node'),
  ).catch((cause: unknown) => {
    throw asSrganError(cause, 'E_ENGINE', 'onnxruntime could not be loaded on this machine.');
  });
  ort.env.logLevel = 'fatal';
  return ort;
}

/**
 * Opens a session on the CPU with the engine's options. The model is copied, since the runtime does not
 * accept shared memory.
 */
export function openSession(ort: Runtime, model: Uint8Array): Promise<Ort.InferenceSession> {
  return ort.InferenceSession.create(new Uint8Array(model), {
    ...SESSION_OPTIONS,
    executionProviders: ['cpu'],
  });
}
