import type { Enlarging } from '../../passes/enlarging.js';
import {
  intAttribute,
  integers,
  intsAttribute,
  operator,
  tensor,
  tensorAttribute,
  textAttribute,
} from '../../onnx-messages.js';
import type { Encoded } from '../../protobuf.js';

/** Operators from one named value to another. */
export type Step = (from: string, to: string) => Encoded[];

export function chain(from: string, to: string, steps: readonly Step[]): Encoded[] {
  const last = steps.length - 1;
  if (last < 0) return [operator('Identity', [from], to, [])];
  const nameOf = (index: number) => (index === last ? to : `${to}/step ${index}`);
  return steps.flatMap((step, index) => step(index === 0 ? from : nameOf(index - 1), nameOf(index)));
}

export function affine(scale: number, offset: number): Step {
  return (from, to) => [
    value(`${to}:scale`, [], [scale]),
    value(`${to}:offset`, [], [offset]),
    operator('Mul', [from, `${to}:scale`], `${to}:scaled`, []),
    operator('Add', [`${to}:scaled`, `${to}:offset`], to, []),
  ];
}

export function cast(type: number): Step {
  return (from, to) => [operator('Cast', [from], to, [intAttribute('to', type)])];
}

export function transposed(perm: readonly number[]): Step {
  return (from, to) => [operator('Transpose', [from], to, [intsAttribute('perm', perm)])];
}

export function picked(axis: number, indices: readonly number[]): Step {
  return (from, to) => [
    constant(`${to}:indices`, integers('', indices)),
    operator('Gather', [from, `${to}:indices`], to, [intAttribute('axis', axis)]),
  ];
}

export function convolved(weights: readonly number[], dims: readonly number[], groups = 1): Step {
  return (from, to) => [
    value(`${to}:weights`, dims, weights),
    operator('Conv', [from, `${to}:weights`], to, [
      intsAttribute('kernel_shape', dims.slice(2)),
      intAttribute('group', groups),
    ]),
  ];
}

/** Every channel alone, with the nearest pixels beyond the border. */
export function enlarged(from: string, to: string, channels: number, { factor, reach, filters }: Enlarging) {
  const side = 2 * reach + 1;
  const weights = Array.from({ length: channels }, () => filters).flat();
  return chain(from, to, [
    (start, end) => [
      constant(`${end}:pads`, integers('', [0, 0, reach, reach, 0, 0, reach, reach])),
      operator('Pad', [start, `${end}:pads`], end, [textAttribute('mode', 'edge')]),
    ],
    convolved(weights, [channels * factor ** 2, 1, side, side], channels),
    (start, end) => [
      operator('DepthToSpace', [start], end, [
        intAttribute('blocksize', factor),
        textAttribute('mode', 'CRD'),
      ]),
    ],
  ]);
}

function value(name: string, dims: readonly number[], values: readonly number[]): Encoded {
  return constant(name, tensor('', dims, Float32Array.from(values)));
}

/** An operator, since old models must list their initializers among the inputs. */
function constant(name: string, content: Encoded): Encoded {
  return operator('Constant', [], name, [tensorAttribute('value', content)]);
}
