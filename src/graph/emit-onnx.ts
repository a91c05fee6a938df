import type { ConvNode, Graph, Node } from './graph.js';
import {
  floatAttribute,
  intAttribute,
  integers,
  intsAttribute,
  operator,
  tensor,
  textAttribute,
  valueInfo,
} from './onnx-messages.js';
import { delimited, integer, message, sharedBytes, text, type Encoded } from './protobuf.js';

/**
 * An ONNX model of the graph in memory: float32, 1 × channels × height × width in and out, named `input` and
 * `output`, with free height and width. Given values are further inputs, in the order of their nodes.
 * Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function emitOnnx(graph: Graph): Uint8Array<SharedArrayBuffer> {
  const { operators, weights } = partsOf(graph);
  return sharedBytes(modelOf(message(operators, weights)));
}

/**
 * The same model in two parts, so that graphs which differ in their paddings alone can share the weights: one
 * after the other they are a model, by the rule that Protocol Buffers merge what comes twice.
 */
export function emitOperators(graph: Graph): Uint8Array<SharedArrayBuffer> {
  return sharedBytes(modelOf(partsOf(graph).operators));
}

/** The same bytes for all graphs with the same names and weights. */
export function emitWeights(graph: Graph): Uint8Array<SharedArrayBuffer> {
  return sharedBytes(delimited(7, partsOf(graph).weights));
}

function modelOf(onnxGraph: Encoded): Encoded {
  const opset = message(text(1, ''), integer(2, OPSET));
  return message(integer(1, IR_VERSION), text(2, 'srgan'), delimited(7, onnxGraph), delimited(8, opset));
}

function partsOf(graph: Graph): { operators: Encoded; weights: Encoded } {
  const nameOf = (node: string) =>
    node === graph.input ? 'input' : node === graph.output ? 'output' : `n:${node}`;
  const parts = graph.nodes.map((node) => emitted(node, node.inputs.map(nameOf), nameOf(node.name)));
  const input = graph.nodes.find(({ op }) => op === 'input');
  const channels = input?.op === 'input' ? input.channels : 3;

  const operators = message(
    ...parts.flatMap(({ operators }) => operators).map((operator) => delimited(1, operator)),
    text(2, 'srgan'),
    ...parts.flatMap(({ settings = [] }) => settings).map((setting) => delimited(5, setting)),
    delimited(11, valueInfo('input', [channels, 'height', 'width'])),
    ...graph.nodes.flatMap((node) =>
      node.op === 'given' ? [delimited(11, valueInfo(nameOf(node.name), [node.channels, 1, 1]))] : [],
    ),
    delimited(12, valueInfo('output', ['output_channels', 'output_height', 'output_width'])),
  );
  const constants = parts.flatMap(({ constants }) => constants);
  return { operators, weights: message(...constants.map((constant) => delimited(5, constant))) };
}

const IR_VERSION = 8;
const OPSET = 17;

interface Emitted {
  readonly operators: readonly Encoded[];
  /** Weights. */
  readonly constants: readonly Encoded[];
  /** Numbers that belong to the operators. */
  readonly settings?: readonly Encoded[];
}

function emitted(node: Node, inputs: readonly string[], output: string): Emitted {
  const constant = (role: string, dims: readonly number[], values: Float32Array) => ({
    name: `${node.name}:${role}`,
    tensor: tensor(`${node.name}:${role}`, dims, values),
  });
  const one = (
    type: string,
    attributes: readonly Encoded[] = [],
    constants: readonly (Constant | undefined)[] = [],
  ): Emitted => ({
    operators: [operator(type, [...inputs, ...constants.map((c) => c?.name ?? '')], output, attributes)],
    constants: constants.flatMap((c) => (c ? [c.tensor] : [])),
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
      const { outChannels, inChannels, groups, kernel, weights, bias } = node;
      const dims = [outChannels, inChannels / groups, kernel.height, kernel.width];
      const constants = [constant('weights', dims, weights)];
      if (bias) constants.push(constant('bias', [outChannels], bias));
      return one('Conv', convAttributes(node), constants);
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
        constants: [scale.tensor, offset.tensor],
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
    case 'mean':
      return one('GlobalAveragePool');
  }
}

interface Constant {
  readonly name: string;
  readonly tensor: Encoded;
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
