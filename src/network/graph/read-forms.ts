import { narrowingNamed } from './halo-needs.js';
import {
  constant,
  single,
  varies,
  type Read,
  type Reading,
  SIZE_OPERATORS,
} from './read/onnx/onnx-operators.js';
import type { Node, Pads } from './graph.js';

/**
 * Operators that only the forms of a network for tiles have, as emitNode writes them. A user's own network is not
 * read by them: the passes over graphs expect none.
 */
export const FORM_OPERATORS: Readonly<Record<string, Read>> = {
  Slice(reading) {
    const narrowing = narrowingNamed(reading.inputs[1] ?? '');
    if (narrowing) return { ...single(reading), op: 'narrow', ...narrowing };
    return taken(reading) ?? SIZE_OPERATORS['Slice']?.(reading);
  },

  Concat(reading) {
    const axis = reading.node.attributes.get('axis')?.number;
    const { name, inputs } = reading;
    if ((axis !== 2 && axis !== 3) || !inputs.every((_, i) => varies(reading, i))) return undefined;
    return { op: 'join', name, inputs: [...inputs], axis: axis === 2 ? 'height' : 'width' };
  },

  Transpose(reading) {
    const order = reading.node.attributes.get('perm')?.numbers.join(' ');
    if (order === '0 1 3 2') return { ...single(reading), op: 'transpose' };
    // the second half of an unroll, whose first half was read as all of it
    return order === '0 2 1 3' ? { ...single(reading), op: 'add' } : undefined;
  },

  Reshape(reading) {
    const [batch, rows = 0, depth, width, ...others] = constant(reading, 1)?.values ?? [];
    const unrolls = batch === 1 && rows > 0 && depth === -1 && width === 0 && others.length === 0;
    return unrolls ? { ...single(reading), op: 'unroll', rows } : undefined;
  },
};

const END_OF_AXIS = 2 ** 31 - 1;

/** The first or last lines, along one axis. */
function taken(reading: Reading): Node | undefined {
  const [starts, ends, axes] = [1, 2, 3].map((i) => constant(reading, i)?.values);
  const [start, end, axis] = [starts?.[0], ends?.[0], axes?.[0]];
  if (axes?.length !== 1 || start === undefined || end === undefined) return undefined;
  const [first, last] = axis === 2 ? (['top', 'bottom'] as const) : (['left', 'right'] as const);
  const take = (side: keyof Pads, lines: number): Node => ({ ...single(reading), op: 'take', side, lines });
  if (start === 0 && end > 0 && end < END_OF_AXIS) return take(first, end);
  return start < 0 && end >= END_OF_AXIS ? take(last, -start) : undefined;
}
