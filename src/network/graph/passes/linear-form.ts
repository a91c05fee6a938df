import type { ConvNode, Node } from '../graph.js';
import { compose, diagonal, fromConv, identity, ofConstant, once, placed, sum } from './kernel.js';
import type { Kernel } from './kernel-values.js';

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
