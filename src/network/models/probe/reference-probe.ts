import { evaluate } from '../../engines/reference/evaluate.js';
import { SrganError } from '../../../system/errors.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../graph/read/onnx/read-onnx.js';
import { installCommand } from '../../../system/installed.js';
import type { Probe } from './planes-probe.js';

/** Slow, but found everywhere. @throws SrganError E_MODEL where only onnxruntime knows an operator */
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
