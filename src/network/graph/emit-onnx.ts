import { type Graph, axisOf, type ConvNode, type Node } from './graph.js';
import { edgeNames } from './halo-needs.js';
import {
  listInfo,
  valueInfo,
  floatAttribute,
  intAttribute,
  integers,
  intsAttribute,
  operator,
  tensor,
  textAttribute,
  type Constant,
  type Emitted,
} from './onnx-messages.js';
import { delimited, integer, message, sharedBytes, text, type Encoded } from './protobuf.js';

/**
 * Serialises the graph as an ONNX model: float32, 1 × channels × height × width in and out, named `input` and `output`,
 * with free height and width. Given values are further inputs, in the order of their nodes, followed by the edges of
 * narrowings.
 * Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function emitOnnx(graph: Graph): Uint8Array<SharedArrayBuffer> {
  const { operators, weights } = partsOf(graph);
  return sharedBytes(modelOf(message(operators, weightsOf([...weights.values()]))));
}

/** Parts that form a model when concatenated, since Protocol Buffers merge repeated messages. */
export type ModelParts = readonly Uint8Array<SharedArrayBuffer>[];

/** Serialises several graphs; weights with the same name are the same and are stored once. */
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

/** @param inputs, output names of the values in the model */
export function emitNode(node: Node, inputs: readonly string[], output: string): Emitted {
  const stored = node.op === 'conv' ? (node.stored ?? node.name) : node.name;
  const constant = (role: string, dims: readonly number[], values: Float32Array) => ({
    name: `${stored}:${role}`,
    tensor: tensor(`${stored}:${role}`, dims, values),
  });
  const one = (
    type: string,
    attributes: readonly Encoded[] = [],
    constants: readonly (Constant | undefined)[] = [],
  ): Emitted => ({
    operators: [operator(type, [...inputs, ...constants.map((c) => c?.name ?? '')], output, attributes)],
    constants: constants.filter((c) => c !== undefined),
  });
  const withIntegers = (
    type: string,
    settings: Readonly<Record<string, readonly number[]>>,
    attributes: readonly Encoded[] = [],
  ): Emitted => {
    const names = Object.keys(settings).map((role) => `${node.name}:${role}`);
    return {
      operators: [operator(type, [...inputs, ...names], output, attributes)],
      constants: [],
      settings: Object.values(settings).map((values, i) => integers(names[i] ?? '', values)),
    };
  };

  switch (node.op) {
    case 'input':
    case 'given':
      return { operators: [], constants: [] };
    case 'conv': {
      const attributes = convAttributes(node);
      const { outChannels, inChannels, groups, kernel, weights, bias } = node;
      const dims = [outChannels, inChannels / groups, kernel.height, kernel.width];
      const constants = [constant('weights', dims, weights)];
      if (bias) constants.push(constant('bias', [outChannels], bias));
      return one('Conv', attributes, constants);
    }
    case 'activation':
      return one(OPERATORS[node.activation]);
    case 'leakyRelu':
      return one('LeakyRelu', [floatAttribute('alpha', node.slope)]);
    case 'prelu':
      return one('PRelu', [], [constant('slopes', [node.slopes.length, 1, 1], node.slopes)]);
    case 'clip': {
      const limit = (role: string, value: number) =>
        Number.isFinite(value) ? constant(role, [], Float32Array.of(value)) : undefined;
      return one('Clip', [], [limit('min', node.min), limit('max', node.max)]);
    }
    case 'affine': {
      const scale = constant('scale', [node.scale.length, 1, 1], node.scale);
      const offset = constant('offset', [node.offset.length, 1, 1], node.offset);
      const scaled = `scaled:${output}`;
      return {
        operators: [
          operator('Mul', [...inputs, scale.name], scaled, []),
          operator('Add', [scaled, offset.name], output, []),
        ],
        constants: [scale, offset],
      };
    }
    case 'add':
      return inputs.length === 2 ? one('Add') : one('Sum');
    case 'mul':
      return one('Mul');
    case 'concat':
      return one('Concat', [intAttribute('axis', 1)]);
    case 'upsample': {
      const scales = Float32Array.of(1, 1, node.factor.height, node.factor.width);
      return one(
        'Resize',
        [
          textAttribute('mode', 'nearest'),
          textAttribute('nearest_mode', 'floor'),
          textAttribute('coordinate_transformation_mode', 'asymmetric'),
        ],
        [undefined, constant('scales', [4], scales)],
      );
    }
    case 'depthToSpace':
      return one('DepthToSpace', [intAttribute('blocksize', node.block), textAttribute('mode', node.mode)]);
    case 'resample': {
      const scales = Float32Array.of(1, 1, node.factor.height, node.factor.width);
      return one(
        'Resize',
        [
          textAttribute('mode', node.kernel),
          textAttribute('coordinate_transformation_mode', 'half_pixel'),
          ...(node.kernel === 'cubic' ? [floatAttribute('cubic_coeff_a', -0.75)] : []),
        ],
        [undefined, constant('scales', [4], scales)],
      );
    }
    case 'select':
      return withIntegers('Gather', { channels: node.channels }, [intAttribute('axis', 1)]);
    case 'pad': {
      const { top, left, bottom, right } = node.pads;
      const pads = [0, 0, top, left, 0, 0, bottom, right];
      return withIntegers('Pad', { pads }, [textAttribute('mode', 'edge')]);
    }
    case 'crop': {
      const { top, left, bottom, right } = node.edges;
      return withIntegers('Slice', {
        starts: [top, left],
        ends: [bottom, right].map((taken) => (taken === 0 ? Number.MAX_SAFE_INTEGER : -taken)),
        axes: [2, 3],
      });
    }
    case 'narrow': {
      const { starts, ends } = edgeNames(node);
      const axes = `${output}:axes`;
      return {
        operators: [operator('Slice', [...inputs, starts, ends, axes], output, [])],
        constants: [],
        settings: [integers(axes, [2, 3])],
      };
    }
    case 'take': {
      const { side, lines } = node;
      const fromStart = side === 'top' || side === 'left';
      return withIntegers('Slice', {
        starts: [fromStart ? 0 : -lines],
        ends: [fromStart ? lines : Number.MAX_SAFE_INTEGER],
        axes: [axisOf(side) === 'height' ? 2 : 3],
      });
    }
    case 'transpose':
      return one('Transpose', [intsAttribute('perm', [0, 1, 3, 2])]);
    case 'unroll': {
      const rows = `rows:${output}`;
      // -1: the remainder, here the depth; 0: unchanged, here the width
      const shape = integers(`${node.name}:rows`, [1, node.rows, -1, 0]);
      return {
        operators: [
          operator('Reshape', [...inputs, `${node.name}:rows`], rows, []),
          operator('Transpose', [rows], output, [intsAttribute('perm', [0, 2, 1, 3])]),
        ],
        constants: [],
        settings: [shape],
      };
    }
    case 'join':
      return one('Concat', [intAttribute('axis', node.axis === 'height' ? 2 : 3)]);
    case 'mean':
      return one('GlobalAveragePool');
  }
}

const OPERATORS = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  elu: 'Elu',
  softplus: 'Softplus',
  softsign: 'Softsign',
  sqrt: 'Sqrt',
} as const;

function convAttributes({ kernel, strides, dilations, groups, pads }: ConvNode): Encoded[] {
  return [
    intsAttribute('kernel_shape', [kernel.height, kernel.width]),
    intsAttribute('strides', [strides.height, strides.width]),
    intsAttribute('dilations', [dilations.height, dilations.width]),
    intAttribute('group', groups),
    pads === 'same'
      ? textAttribute('auto_pad', 'SAME_UPPER')
      : intsAttribute('pads', [pads.top, pads.left, pads.bottom, pads.right]),
  ];
}
