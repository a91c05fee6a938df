import type * as Ort from 'onnxruntime-node';
import { asSrganError } from '../../system/errors.js';
import { withPackages } from '../../system/installed.js';
import './no-telemetry.js';

export type Runtime = typeof Ort;

/** With tiles of changing size a memory pattern per size costs a third more memory and saves no time. */
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

/** @throws SrganError E_ENGINE where it is not installed, or does not load on this machine */
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

/** A session on the CPU, as the engine opens them. The runtime takes no shared memory, so the model is copied. */
export function openSession(ort: Runtime, model: Uint8Array): Promise<Ort.InferenceSession> {
  return ort.InferenceSession.create(new Uint8Array(model), {
    ...SESSION_OPTIONS,
    executionProviders: ['cpu'],
  });
}
