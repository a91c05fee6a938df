import type { Node } from '../../graph.js';
import { affine, only, setting, settings, wholeSetting, type Read, type Reading } from './reading.js';

/** Layers that join tensors, or a tensor and a constant, value by value. */
export const ARITHMETIC_LAYERS: Readonly<Record<string, Read>> = {
  BinaryOp(reading) {
    const { inputs, constant, refuse } = reading;
    const type = setting(reading, 0, 0);
    const [one = '', other = ''] = inputs;
    if (setting(reading, 1, 0) !== 0)
      return withConstant(reading, type, one, Float32Array.of(setting(reading, 2, 0)));
    if (inputs.length !== 2) throw refuse(`takes ${inputs.length} inputs where 2 are needed`);
    const [left, right] = [constant(one), constant(other)];
    if (left && right) throw refuse('joins two constants, which is not supported');
    if (right) return withConstant(reading, type, one, right);
    if (left) return withConstant(reading, REVERSED.get(type) ?? type, other, left);
    return joined(reading, type, one, other);
  },

  Eltwise(reading) {
    const { name, inputs, refuse } = reading;
    const weights = settings(reading, 1);
    const type = setting(reading, 0, 0);
    if (type === 0 && inputs.length === 2) return joined(reading, MUL, inputs[0] ?? '', inputs[1] ?? '');
    if (type !== 1) throw refuse(`has the operation ${type}, which is not supported`);
    const weighted = inputs.flatMap((input, i): Node[] =>
      (weights[i] ?? 1) === 1 ? [] : [affine(`${name}/${i}`, input, weights[i] ?? 1, 0)],
    );
    const terms = inputs.map((input, i) => ((weights[i] ?? 1) === 1 ? input : `${name}/${i}`));
    return [...weighted, { op: 'add', name, inputs: terms }];
  },

  Scale(reading) {
    const { name, inputs, weights } = reading;
    const [input = '', scales] = inputs;
    const count = setting(reading, 0, 0);
    if (count === BY_INPUT && scales !== undefined) return joined(reading, MUL, input, scales);
    const scale = weights.plain(wholeSetting(reading, 0, 0, 1));
    return [
      affine(name, only(reading), scale, setting(reading, 1, 0) === 0 ? 0 : weights.plain(scale.length)),
    ];
  },

  Bias: (reading) => [
    affine(reading.name, only(reading), 1, reading.weights.plain(wholeSetting(reading, 0, 0, 1))),
  ],

  BatchNorm(reading) {
    const channels = wholeSetting(reading, 0, 0, 1);
    const epsilon = setting(reading, 1, 0);
    const [slope, mean, variance, bias] = [1, 2, 3, 4].map(() => reading.weights.plain(channels));
    const scale = new Float32Array(channels);
    const offset = new Float32Array(channels);
    for (let c = 0; c < channels; c += 1) {
      const by = (slope?.[c] ?? 0) / Math.sqrt((variance?.[c] ?? 0) + epsilon);
      scale[c] = by;
      offset[c] = (bias?.[c] ?? 0) - (mean?.[c] ?? 0) * by;
    }
    return [affine(reading.name, only(reading), scale, offset)];
  },

  MemoryData(reading) {
    const [width, height, channels] = [0, 1, 2].map((key) => wholeSetting(reading, key, 0)) as [
      number,
      number,
      number,
    ];
    if (wholeSetting(reading, 11, 0) > 1) throw reading.refuse('has four dimensions, which is not supported');
    const byChannel = width === 1 && height === 1 && channels > 0;
    const one = width <= 1 && height <= 1 && channels <= 1;
    if (!byChannel && !one) throw reading.refuse('has a value for each position, which is not supported');
    const count = Math.max(1, channels);
    return wholeSetting(reading, 21, 1) === 0 ? reading.weights.tagged(count) : reading.weights.plain(count);
  },
};

/** The scale comes as a second input. */
const BY_INPUT = -233;

const [ADD, SUB, MUL, DIV, MAX, MIN, RSUB, RDIV] = [0, 1, 2, 3, 4, 5, 7, 8] as const;

/** What an operation is when its operands change places. */
const REVERSED = new Map<number, number>([
  [SUB, RSUB],
  [RSUB, SUB],
  [DIV, RDIV],
  [RDIV, DIV],
]);

function withConstant({ name, refuse }: Reading, type: number, input: string, value: Float32Array): Node[] {
  const [first = 0] = value;
  switch (type) {
    case ADD:
      return [affine(name, input, 1, value)];
    case SUB:
      return [
        affine(
          name,
          input,
          1,
          value.map((v) => -v),
        ),
      ];
    case RSUB:
      return [affine(name, input, -1, value)];
    case MUL:
      return [affine(name, input, value, 0)];
    case DIV:
      if (value.includes(0)) throw refuse('divides by 0');
      return [
        affine(
          name,
          input,
          value.map((v) => 1 / v),
          0,
        ),
      ];
    case MAX:
    case MIN:
      if (value.length > 1) break;
      return [
        type === MAX
          ? { op: 'clip', name, inputs: [input], min: first, max: Infinity }
          : { op: 'clip', name, inputs: [input], min: -Infinity, max: first },
      ];
  }
  throw refuse(`has the operation ${type} with a constant, which is not supported`);
}

function joined(reading: Reading, type: number, one: string, other: string): Node[] {
  const { name, shapeOf, refuse } = reading;
  const isSingle = (input: string) => shapeOf(input).height === 1 && shapeOf(input).width === 1;
  // what is single values by channel comes second in a graph
  const inputs = isSingle(one) && !isSingle(other) ? [other, one] : [one, other];
  switch (type) {
    case ADD:
      return [{ op: 'add', name, inputs }];
    case MUL:
      return [{ op: 'mul', name, inputs }];
    case SUB:
    case RSUB: {
      const taken = type === SUB ? other : one;
      const negative = affine(`${name}/negative`, taken, -1, 0);
      return [
        negative,
        { op: 'add', name, inputs: inputs.map((input) => (input === taken ? negative.name : input)) },
      ];
    }
    default:
      throw refuse(`has the operation ${type}, which is not supported`);
  }
}

/** Layers that are one function of each value. */
export const ACTIVATION_LAYERS: Readonly<Record<string, Read>> = {
  ReLU(reading) {
    const slope = setting(reading, 0, 0);
    return pointwise(reading, slope === 0 ? 1 : 2, [slope]);
  },
  Clip: (reading) => pointwise(reading, 3, [setting(reading, 0, -Infinity), setting(reading, 1, Infinity)]),
  Sigmoid: (reading) => pointwise(reading, 4, []),
  Mish: (reading) => pointwise(reading, 5, []),
  HardSwish: (reading) => pointwise(reading, 6, [setting(reading, 0, 0.2), setting(reading, 1, 0.5)]),
  Swish({ name, inputs }) {
    const [input = ''] = inputs;
    return [
      { op: 'activation', name: `${name}/sigmoid`, inputs, activation: 'sigmoid' },
      { op: 'mul', name, inputs: [input, `${name}/sigmoid`] },
    ];
  },
  TanH: ({ name, inputs }) => [{ op: 'activation', name, inputs, activation: 'tanh' }],
  ELU(reading) {
    if (setting(reading, 0, 0.1) !== 1)
      throw reading.refuse('has an alpha other than 1, which is not supported');
    return [{ op: 'activation', name: reading.name, inputs: reading.inputs, activation: 'elu' }];
  },
  PReLU(reading) {
    const { name, inputs, layer, weights } = reading;
    const slopes = weights.plain(layer.settings.get(0)?.[0] ?? 0);
    const [slope = 0] = slopes;
    if (slopes.length === 1) return [{ op: 'leakyRelu', name, inputs, slope }];
    return [{ op: 'prelu', name, inputs, slopes }];
  },
};

function pointwise(reading: Reading, type: number, values: readonly number[]): Node[] {
  const [input = ''] = reading.inputs;
  return activated(reading, input, type, values);
}

/** The node `make` gives under the layer's name, or with the activation that is fused into the layer. */
export function withActivation(reading: Reading, make: (name: string) => Node): Node[] {
  const type = setting(reading, 9, 0);
  if (type === 0) return [make(reading.name)];
  const linear = make(`${reading.name}/linear`);
  return [linear, ...activated(reading, linear.name, type, settings(reading, 10))];
}

/** @param type as the setting 9 of a convolution numbers them */
function activated(
  { name, refuse }: Reading,
  input: string,
  type: number,
  [first = 0, second = 0]: readonly number[],
): Node[] {
  const inputs = [input];
  switch (type) {
    case 1:
      return [{ op: 'activation', name, inputs, activation: 'relu' }];
    case 2:
      return [{ op: 'leakyRelu', name, inputs, slope: first }];
    case 3:
      return [{ op: 'clip', name, inputs, min: first, max: second }];
    case 4:
      return [{ op: 'activation', name, inputs, activation: 'sigmoid' }];
    case 5:
      return [
        { op: 'activation', name: `${name}/softplus`, inputs, activation: 'softplus' },
        { op: 'activation', name: `${name}/tanh`, inputs: [`${name}/softplus`], activation: 'tanh' },
        { op: 'mul', name, inputs: [input, `${name}/tanh`] },
      ];
    case 6:
      return [
        affine(`${name}/line`, input, first, second),
        { op: 'clip', name: `${name}/gate`, inputs: [`${name}/line`], min: 0, max: 1 },
        { op: 'mul', name, inputs: [input, `${name}/gate`] },
      ];
    default:
      throw refuse(`has the activation ${type}, which is not supported`);
  }
}
