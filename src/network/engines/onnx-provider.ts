import { SrganError } from '../../system/errors.js';
import { emitOnnx } from '../graph/emit/emit-onnx.js';
import type { Device } from '../../contract/engine.js';
import type { Runtime } from './onnx-session.js';

export interface Provider {
  /** Name of the execution provider too. */
  readonly provider: Exclude<Device, 'auto'>;
  readonly note?: string;
}

/** What `auto` looks for, in this order; WebGPU only where it is asked for. */
const AUTO = ['cuda', 'dml', 'coreml'] as const;

/**
 * The execution provider for a device, tried out with a network of one node.
 * @throws SrganError E_ENGINE when a device that was asked for is not there
 */
export async function selectProvider(ort: Runtime, device: Device): Promise<Provider> {
  if (device === 'cpu') return { provider: 'cpu' };
  if (device !== 'auto') {
    const failure = await tryOut(ort, device);
    if (failure === undefined) return { provider: device };
    throw new SrganError('E_ENGINE', `The device '${device}' is not available here.`, {
      cause: failure,
      hint: built(ort).includes(device)
        ? 'Its libraries or its hardware are missing, -v says which; --device cpu always works.'
        : `This onnxruntime was built for ${built(ort).join(', ')}; --device cpu always works.`,
    });
  }
  for (const candidate of AUTO) {
    if (built(ort).includes(candidate) && (await tryOut(ort, candidate)) === undefined) {
      return { provider: candidate };
    }
  }
  return { provider: 'cpu', note: 'No accelerator is available, so the networks run on the CPU.' };
}

function built(ort: Runtime): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** What went wrong, or undefined. */
async function tryOut(ort: Runtime, provider: string): Promise<unknown> {
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
