import { emitNode } from './emit-node.js';
import type { Graph } from '../graph.js';
import { edgeNames } from '../narrowing.js';
import { listInfo, valueInfo } from '../onnx-messages.js';
import { delimited, integer, message, sharedBytes, text, type Encoded } from '../protobuf.js';

/**
 * An ONNX model of the graph in memory: float32, 1 × channels × height × width in and out, named `input` and
 * `output`, with free height and width. Given values are further inputs, in the order of their nodes; after them come
 * the edges of narrowings.
 * Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function emitOnnx(graph: Graph): Uint8Array<SharedArrayBuffer> {
  const { operators, weights } = partsOf(graph);
  return sharedBytes(modelOf(message(operators, weightsOf([...weights.values()]))));
}

/** One after the other they are a model, by the rule that Protocol Buffers merge what comes twice. */
export type ModelParts = readonly Uint8Array<SharedArrayBuffer>[];

/** The models of several graphs: weights of the same name are the same, and are held once. */
export function emitTogether(graphs: readonly Graph[]): ModelParts[] {
  const all = graphs.map(partsOf);
  const users = new Map<string, number[]>();
  all.forEach(({ weights }, i) => {
    for (const name of weights.keys()) users.set(name, [...(users.get(name) ?? []), i]);
  });
  const blobs = new Map<string, { readonly models: readonly number[]; readonly weights: Encoded[] }>();
  for (const [name, models] of users) {
    const weights = all[models[0] ?? 0]?.weights.get(name);
    const blob = blobs.get(models.join());
    if (!weights) continue;
    if (blob) blob.weights.push(weights);
    else blobs.set(models.join(), { models, weights: [weights] });
  }
  const parts = all.map(({ operators }) => [sharedBytes(modelOf(operators))]);
  for (const { models, weights } of blobs.values()) {
    const bytes = sharedBytes(delimited(7, weightsOf(weights)));
    for (const model of models) parts[model]?.push(bytes);
  }
  return parts;
}

function weightsOf(tensors: readonly Encoded[]): Encoded {
  return message(...tensors.map((each) => delimited(5, each)));
}

function modelOf(onnxGraph: Encoded): Encoded {
  const opset = message(text(1, ''), integer(2, OPSET));
  return message(integer(1, IR_VERSION), text(2, 'srgan'), delimited(7, onnxGraph), delimited(8, opset));
}

function partsOf(graph: Graph): { operators: Encoded; weights: Map<string, Encoded> } {
  const nameOf = (node: string) =>
    node === graph.input ? 'input' : node === graph.output ? 'output' : `n:${node}`;
  const parts = graph.nodes.map((node) => emitNode(node, node.inputs.map(nameOf), nameOf(node.name)));
  const input = graph.nodes.find(({ op }) => op === 'input');
  const channels = input?.op === 'input' ? input.channels : 3;
  const edges = new Set(
    graph.nodes.flatMap((node) => (node.op === 'narrow' ? Object.values(edgeNames(node)) : [])),
  );

  const operators = message(
    ...parts.flatMap(({ operators }) => operators).map((operator) => delimited(1, operator)),
    text(2, 'srgan'),
    ...parts.flatMap(({ settings = [] }) => settings).map((setting) => delimited(5, setting)),
    delimited(11, valueInfo('input', [channels, 'height', 'width'])),
    ...graph.nodes.flatMap((node) =>
      node.op === 'given' ? [delimited(11, valueInfo(nameOf(node.name), [node.channels, 1, 1]))] : [],
    ),
    ...[...edges].map((name) => delimited(11, listInfo(name, 2))),
    delimited(12, valueInfo('output', ['output_channels', 'output_height', 'output_width'])),
  );
  const constants = parts.flatMap(({ constants }) => constants);
  return { operators, weights: new Map(constants.map(({ name, tensor }) => [name, tensor])) };
}

const IR_VERSION = 8;
const OPSET = 17;
