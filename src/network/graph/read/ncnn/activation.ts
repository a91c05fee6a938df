import type { Node } from '../../graph.js';
import { affine, setting, settings, type Read, type Reading } from './reading.js';

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
