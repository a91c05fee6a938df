import type { Activation, ClipNode, Graph, Node } from '../../graph.js';
import {
  convolution,
  attribute,
  constant,
  isSide,
  single,
  varies,
  type Read,
  type Reading,
  SIZE_OPERATORS,
  castKeeps,
  viewBy,
  type View,
} from './onnx-operators.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from './onnx-model.js';
import { damaged, graphOf } from '../../order.js';
import { FORM_OPERATORS } from '../../read-forms.js';

/**
 * The graph of an ONNX model with one input and one output.
 * @returns undefined where it holds an operator, or a use of one, that a Graph cannot express
 * @throws SrganError E_MODEL where the parts of the model do not fit each other
 */
export function readOnnx(title: string, model: OnnxModel): Graph | undefined {
  return readWith(OPERATORS, title, model);
}

/** The graph of a model that `emitOnnx` or `emitTogether` made, forms for tiles among them. */
export function readEmitted(title: string, model: OnnxModel): Graph | undefined {
  const [, ...others] = model.inputs;
  const givens = others.flatMap(({ name, dims }): Node[] => {
    const [, channels] = dims;
    return dims.length === 4 && channels !== undefined ? [{ op: 'given', name, inputs: [], channels }] : [];
  });
  return readWith({ ...OPERATORS, ...FORMS }, title, model, givens);
}

function readWith(
  operators: Readonly<Record<string, Read>>,
  title: string,
  model: OnnxModel,
  givens: readonly Node[] = [],
): Graph | undefined {
  const [input] = model.inputs;
  const [output] = model.outputs;
  const channels = input?.dims[1];
  if (!input || !output || channels === undefined) return undefined;

  const constants = new Map(model.initializers);
  const views = new Map<string, View>();
  const nodes: Node[] = [{ op: 'input', name: input.name, inputs: [], channels }, ...givens];
  for (const node of model.nodes) {
    const [name = ''] = node.outputs;
    const [first = ''] = node.inputs;
    const tensor = node.type === 'Constant' ? node.attributes.get('value')?.tensor : sameConstant(node);
    if (tensor) {
      constants.set(name, tensor);
      continue;
    }
    const seeing = node.domain === '' && !constants.has(first);
    const view = seeing ? viewBy(node, name, seen(first), constants) : undefined;
    if (view && 'as' in view) {
      views.set(name, view);
      continue;
    }
    const made = view ?? readNode(node, name);
    if (!made) return undefined;
    nodes.push(made);
  }
  if (nodes.some(({ inputs }) => inputs.includes(''))) throw damaged(title, 'an operator lacks an input');
  const result = seen(output.name);
  return result.as === 'itself' ? graphOf(title, nodes, result.of) : undefined;

  function seen(name: string): View {
    return views.get(name) ?? { of: name, as: 'itself' };
  }

  function sameConstant({ type, inputs, attributes }: OnnxNode): OnnxTensor | undefined {
    const tensor = constants.get(inputs[0] ?? '');
    const kept =
      type === 'Identity' || type === 'Dropout' || (type === 'Cast' && castKeeps(attributes, tensor));
    return kept ? tensor : undefined;
  }

  function readNode(node: OnnxNode, name: string): Node | undefined {
    const varying = node.inputs.filter((value) => value !== '' && !constants.has(value)).map(seen);
    const nhwc = varying.some(({ as }) => as === 'nhwc');
    if (!varying.every(({ as }) => as === (nhwc ? 'nhwc' : 'itself'))) return undefined;
    if (nhwc && !IN_ANY_LAYOUT.has(node.type)) return undefined;
    if (nhwc) views.set(name, { of: name, as: 'nhwc' });
    const inputs = node.inputs.map((value) => seen(value).of);
    return readOperator(operators, { node, name, inputs, constants, nhwc });
  }
}

/** Operators on each value alone, or on its channel. */
const IN_ANY_LAYOUT = new Set([
  'Relu',
  'LeakyRelu',
  'Sigmoid',
  'Tanh',
  'Clip',
  'Min',
  'Max',
  'Neg',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Concat',
]);

function readOperator(operators: Readonly<Record<string, Read>>, reading: Reading): Node | undefined {
  const { node } = reading;
  const read = node.domain === '' && Object.hasOwn(operators, node.type) ? operators[node.type] : undefined;
  return read?.(reading);
}

const OPERATORS: Readonly<Record<string, Read>> = {
  Conv: convolution,
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  Sqrt: activation('sqrt'),
  Elu: (reading) => (attribute(reading, 'alpha', 1) === 1 ? activation('elu')(reading) : undefined),

  LeakyRelu: (reading) => ({ ...single(reading), op: 'leakyRelu', slope: attribute(reading, 'alpha', 0.01) }),

  PRelu(reading) {
    const slopes = perChannel(reading, constant(reading, 1));
    const [slope] = slopes ?? [];
    if (!slopes || slope === undefined) return undefined;
    return slopes.length > 1
      ? { ...single(reading), op: 'prelu', slopes }
      : { ...single(reading), op: 'leakyRelu', slope };
  },

  Clip(reading) {
    const limit = (input: number, name: string, otherwise: number) =>
      constant(reading, input)?.values?.[0] ?? attribute(reading, name, otherwise);
    if (reading.inputs.slice(1).some((input) => input !== '' && !reading.constants.has(input)))
      return undefined;
    return {
      ...single(reading),
      op: 'clip',
      min: limit(1, 'min', -Infinity),
      max: limit(2, 'max', Infinity),
    };
  },

  Min: (reading) => limited(reading, (max) => ({ min: -Infinity, max })),
  Max: (reading) => limited(reading, (min) => ({ min, max: Infinity })),

  Neg: (reading) => ({ ...single(reading), op: 'affine', ...affine(-1, 0) }),
  Add: (reading) => withConstant(reading, (value) => affine(1, value)) ?? joined(reading, 'add'),
  Sum: (reading) => joined(reading, 'add'),
  Mul: (reading) => withConstant(reading, (value) => affine(value, 0)) ?? joined(reading, 'mul'),
  Sub: (reading) =>
    varies(reading, 0)
      ? withConstant(reading, (value) =>
          affine(
            1,
            value.map((v) => -v),
          ),
        )
      : undefined,
  Div: (reading) =>
    varies(reading, 0)
      ? withConstant(reading, (value) =>
          affine(
            value.map((v) => 1 / v),
            0,
          ),
        )
      : undefined,

  Concat: (reading) => {
    const axis = attribute(reading, 'axis', 0);
    const channels = reading.nhwc ? [3, -1] : [1, -3];
    return channels.includes(axis) ? joined(reading, 'concat') : undefined;
  },

  DepthToSpace(reading) {
    const mode = reading.node.attributes.get('mode')?.text ?? 'DCR';
    const block = attribute(reading, 'blocksize', 0);
    if ((mode !== 'DCR' && mode !== 'CRD') || !isSide(block)) return undefined;
    return { ...single(reading), op: 'depthToSpace', block, mode };
  },

  Gather(reading) {
    const indices = constant(reading, 1);
    const axis = attribute(reading, 'axis', 0);
    if (!indices?.values || indices.dims.length !== 1 || (axis !== 1 && axis !== -3)) return undefined;
    const channels = [...indices.values];
    return channels.every((channel) => channel >= 0)
      ? { ...single(reading), op: 'select', channels }
      : undefined;
  },

  GlobalAveragePool: (reading) => ({ ...single(reading), op: 'mean' }),

  ReduceMean(reading) {
    const stated = constant(reading, 1)?.values ?? reading.node.attributes.get('axes')?.numbers ?? [];
    const axes = new Set([...stated].map((axis) => (axis < 0 ? axis + 4 : axis)));
    const overPositions = axes.size === 2 && axes.has(2) && axes.has(3);
    return overPositions && attribute(reading, 'keepdims', 1) === 1
      ? { ...single(reading), op: 'mean' }
      : undefined;
  },

  ...SIZE_OPERATORS,
};

const FORMS: Readonly<Record<string, Read>> = {
  ...FORM_OPERATORS,
  Concat: (reading) => FORM_OPERATORS['Concat']?.(reading) ?? OPERATORS['Concat']?.(reading),
};

function activation(activation: Activation): Read {
  return (reading) => ({ ...single(reading), op: 'activation', activation });
}

function joined(reading: Reading, op: 'add' | 'mul' | 'concat'): Node | undefined {
  const { name, inputs } = reading;
  return inputs.every((_, i) => varies(reading, i)) ? { op, name, inputs: [...inputs] } : undefined;
}

interface Affine {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

function affine(scale: Float32Array | number, offset: Float32Array | number): Affine {
  const values = (value: Float32Array | number) =>
    typeof value === 'number' ? Float32Array.of(value) : value;
  return { scale: values(scale), offset: values(offset) };
}

/** A tensor against one value, in either order. */
function limited(
  reading: Reading,
  limits: (value: number) => Pick<ClipNode, 'min' | 'max'>,
): Node | undefined {
  const { name, inputs } = reading;
  const at = inputs.findIndex((_, i) => !varies(reading, i));
  const [value, ...others] = constant(reading, at)?.values ?? [];
  const tensor = inputs[1 - at];
  if (value === undefined || others.length > 0 || tensor === undefined || inputs.length !== 2)
    return undefined;
  return varies(reading, 1 - at) ? { op: 'clip', name, inputs: [tensor], ...limits(value) } : undefined;
}

/** An operator on one tensor and one constant, in either order. */
function withConstant(reading: Reading, make: (value: Float32Array) => Affine): Node | undefined {
  const { name, inputs } = reading;
  const at = inputs.findIndex((_, i) => !varies(reading, i));
  const tensor = inputs[1 - at];
  const value = at < 0 || inputs.length !== 2 ? undefined : perChannel(reading, constant(reading, at));
  if (tensor === undefined || !value || !varies(reading, 1 - at)) return undefined;
  return { op: 'affine', name, inputs: [tensor], ...make(value) };
}

/** One value, or one for each channel: [], [1], [C, 1, 1] or [1, C, 1, 1], or [C] where channels come last. */
function perChannel({ nhwc }: Reading, tensor: OnnxTensor | undefined): Float32Array | undefined {
  const channels = tensor?.dims.at(nhwc ? -1 : -3) ?? 1;
  return tensor?.values?.length === channels ? tensor.values : undefined;
}
