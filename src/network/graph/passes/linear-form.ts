import { type ConvNode, type Node, axisOf, statedPads, type Extent, type Pads } from '../graph.js';
import { compose, diagonal, fromConv, identity, ofConstant, once, placed, sum } from './kernel.js';
import type { Kernel } from './kernel-values.js';
import { known } from '../order.js';

/** A value as a sum of linear maps of other values, for some of its channels after others. */
export type Form = readonly Segment[];

export interface Segment {
  readonly channels: number;
  /** The map of each value, by the value's name. */
  readonly terms: ReadonlyMap<string, Kernel>;
  readonly bias: (() => Float64Array) | undefined;
}

/** A value that stands for itself. */
export function itself(name: string, channels: number): Form {
  return [{ channels, terms: new Map([[name, identity(channels)]]), bias: undefined }];
}

/** What a node makes of its inputs, or undefined where that is not linear or not the same everywhere. */
export function formOf(node: Node, inputs: readonly Form[]): Form | undefined {
  const [first = [], ...others] = inputs;
  switch (node.op) {
    case 'conv':
      return isPlain(node) ? [convolved(node, first)] : undefined;
    case 'affine':
      return scaled(first, node.scale, node.offset);
    case 'concat':
      return inputs.flat();
    case 'add':
      return others.reduce(added, first);
    default:
      return undefined;
  }
}

/** Whether a convolution keeps the size of its input and reads the same neighbourhood everywhere. */
export function isPlain({ groups, strides, dilations, kernel, pads }: ConvNode): boolean {
  const single = [groups, strides.height, strides.width, dilations.height, dilations.width];
  if (pads === 'same' || single.some((value) => value !== 1)) return false;
  return pads.top + pads.bottom === kernel.height - 1 && pads.left + pads.right === kernel.width - 1;
}

function convolved(node: ConvNode, input: Form): Segment {
  const terms = new Map<string, Kernel>();
  const constants: (() => Float64Array)[] = [];
  const { bias } = node;
  if (bias) constants.push(() => Float64Array.from(bias));
  let first = 0;
  for (const segment of input) {
    const kernel = fromConv(node, first, segment.channels);
    first += segment.channels;
    for (const [name, inner] of segment.terms) addTerm(terms, name, compose(kernel, inner));
    const constant = segment.bias;
    if (constant) constants.push(() => ofConstant(kernel, constant()));
  }
  return { channels: node.outChannels, terms, bias: total(constants) };
}

function scaled(input: Form, scale: Float32Array, offset: Float32Array): Form {
  let first = 0;
  return input.map(({ channels, terms, bias }) => {
    const own = (values: Float32Array) =>
      values.length === 1 ? values : values.slice(first, first + channels);
    const kernel = diagonal(channels, own(scale));
    const shift = own(offset);
    first += channels;
    const constants: (() => Float64Array)[] = [];
    if (bias) constants.push(() => ofConstant(kernel, bias()));
    if (shift.some((value) => value !== 0)) {
      constants.push(() => Float64Array.from({ length: channels }, (_, c) => shift[c % shift.length] ?? 0));
    }
    const composed = [...terms].map(([name, inner]) => [name, compose(kernel, inner)] as const);
    return { channels, terms: new Map(composed), bias: total(constants) };
  });
}

export function added(one: Form, other: Form): Form {
  const alike =
    one.length === other.length && one.every(({ channels }, i) => channels === other[i]?.channels);
  if (!alike) return added([merged(one)], [merged(other)]);
  return one.map(({ channels, terms, bias }, i) => {
    const both = new Map(terms);
    for (const [name, kernel] of other[i]?.terms ?? []) addTerm(both, name, kernel);
    const constants = [bias, other[i]?.bias].filter((constant) => constant !== undefined);
    return { channels, terms: both, bias: total(constants) };
  });
}

/** All channels in one segment. */
function merged(form: Form): Segment {
  const channels = form.reduce((count, segment) => count + segment.channels, 0);
  const terms = new Map<string, Kernel>();
  let first = 0;
  for (const segment of form) {
    for (const [name, kernel] of segment.terms) addTerm(terms, name, placed(kernel, first, channels));
    first += segment.channels;
  }
  const bias = once(() => {
    const all = form.map((segment) => segment.bias?.() ?? new Float64Array(segment.channels));
    return Float64Array.from(all.flatMap((values) => [...values]));
  });
  return { channels, terms, bias: form.some((segment) => segment.bias) ? bias : undefined };
}

function addTerm(terms: Map<string, Kernel>, name: string, kernel: Kernel): void {
  const before = terms.get(name);
  terms.set(name, before ? sum(before, kernel) : kernel);
}

function total(constants: readonly (() => Float64Array)[]): Segment['bias'] {
  if (constants.length === 0) return undefined;
  return once(() => {
    const [first = new Float64Array(0), ...others] = constants.map((constant) => constant());
    return first.map((value, c) => others.reduce((sum, other) => sum + (other[c] ?? 0), value));
  });
}

export type Term = readonly [name: string, kernel: Kernel];

/** Terms that one convolution can compute, since their maps read the same neighbourhood. */
export function groupsOf(terms: ReadonlyMap<string, Kernel>): (readonly Term[])[] {
  const groups = new Map<string, Term[]>();
  for (const term of terms) {
    const [name, { kind, box }] = term;
    const key = kind === 'dense' ? `${box.top} ${box.left} ${box.height} ${box.width}` : `${kind} of ${name}`;
    const group = groups.get(key);
    if (group) group.push(term);
    else groups.set(key, [term]);
  }
  // a convolution takes the constant for nothing, where there is one
  const all = [...groups.values()];
  const isDense = (group: readonly Term[]) => group[0]?.[1].kind === 'dense';
  return [...all.filter(isDense), ...all.filter((group) => !isDense(group))];
}

/** What a linear value is near one side of the image, where the zeros around inner tensors are felt. */
export interface Lines {
  /** Rows or columns in which they are felt; farther inside the form is the same everywhere. */
  readonly count: number;
  /** @param line counted from the side, 0 .. count - 1 */
  readonly at: (line: number) => Form;
}

export interface LinearValues {
  /** The linear nodes, inputs first. */
  readonly nodes: readonly Node[];
  /** The form of each value, as those see it that use it: one that is computed stands for itself. */
  readonly seen: ReadonlyMap<string, Form>;
  /** Whether a value stands for itself. */
  readonly isBase: (name: string) => boolean;
}

/**
 * The lines of every linear value near each side. Only positions inside the image are read, and what lies
 * beyond it is 0, as it is to the network itself.
 */
export function linesNear(values: LinearValues): (side: keyof Pads) => Map<string, Lines> {
  const { nodes, seen, isBase } = values;
  const innerTaps = new Map<string, () => Form>();

  return (side) => {
    const all = new Map<string, Lines>();
    for (const node of nodes) {
      const inputs = node.inputs.map((name) => (isBase(name) ? NO_LINES : known(all, name)));
      all.set(
        node.name,
        node.op === 'conv' ? convolved(node, side, inputs[0] ?? NO_LINES) : pointwise(node, inputs),
      );
    }
    return all;
  };

  function pointwise(node: Node, inputs: readonly Lines[]): Lines {
    const count = Math.max(...inputs.map((input) => input.count));
    const at = (line: number) => {
      const forms = inputs.map((input, i) => formAt(input, node.inputs[i], line));
      return formOf(node, forms) ?? [];
    };
    return { count, at: byLine(at) };
  }

  /** A line is the sum of what each line of taps makes of the line that it falls on. */
  function convolved(node: ConvNode, side: keyof Pads, input: Lines): Lines {
    const { bias, outChannels: channels, kernel } = node;
    const [inputName = ''] = node.inputs;
    const pad = statedPads(node)[side];
    const count = known(seen, inputName).some(leaks) ? input.count + pad : 0;
    const constant: Segment = { channels, terms: new Map(), bias: bias && (() => Float64Array.from(bias)) };
    const at = (line: number) => {
      let sum: Form = [constant];
      for (let tap = 0; tap < kernel[axisOf(side)]; tap += 1) {
        const from = line + tap - pad;
        if (from >= 0)
          sum = added(
            sum,
            ofTaps(node, inputName, side, tap, from < input.count ? input.at(from) : undefined),
          );
      }
      return sum;
    };
    return { count, at: byLine(at) };
  }

  /** What one line of a convolution's taps makes of a form; of the form inside the image only once. */
  function ofTaps(
    node: ConvNode,
    input: string,
    side: keyof Pads,
    tap: number,
    form: Form | undefined,
  ): Form {
    const axis = axisOf(side);
    const index = side === 'top' || side === 'left' ? tap : node.kernel[axis] - 1 - tap;
    const made = (of: Form) => formOf(tapLine(node, axis, index), [of]) ?? [];
    if (form) return made(form);
    const key = `${axis} ${index} ${node.name}`;
    const inner = innerTaps.get(key) ?? once(() => made(known(seen, input)));
    innerTaps.set(key, inner);
    return inner();
  }

  function formAt({ count, at }: Lines, name = '', line: number): Form {
    return line < count ? at(line) : known(seen, name);
  }
}

const NO_LINES: Lines = {
  count: 0,
  at: () => {
    throw new RangeError('There are no lines.');
  },
};

/** Whether it is not 0 beyond the image, where what it is made of is 0. */
function leaks({ terms, bias }: Segment): boolean {
  return bias !== undefined || ![...terms.values()].every(isPoint);
}

function isPoint({ kind, box: { top, left, height, width } }: Kernel): boolean {
  return kind !== 'dense' || (top === 0 && left === 0 && height === 1 && width === 1);
}

/** The taps of one row or column of a convolution, which may lie on either side of the position that is made. */
function tapLine(node: ConvNode, axis: keyof Extent, index: number): ConvNode {
  const { kernel, weights } = node;
  const line: Extent = { ...kernel, [axis]: 1 };
  const own = new Float32Array(weights.length / kernel[axis]);
  const [skipped, step] = axis === 'height' ? [index * kernel.width, 1] : [index, kernel.width];
  let at = 0;
  for (let plane = 0; plane < weights.length; plane += kernel.height * kernel.width) {
    for (let i = 0; i < line.height * line.width; i += 1) {
      own[at++] = weights[plane + skipped + i * step] as number;
    }
  }
  const { top, left } = statedPads(node);
  const first = axis === 'height' ? { top: top - index, left } : { top, left: left - index };
  const rest = { bottom: line.height - 1 - first.top, right: line.width - 1 - first.left };
  return { ...node, kernel: line, weights: own, bias: undefined, pads: { ...first, ...rest } };
}

function byLine(make: (line: number) => Form): (line: number) => Form {
  const made = new Map<number, Form>();
  return (line) => {
    const form = made.get(line) ?? make(line);
    made.set(line, form);
    return form;
  };
}
