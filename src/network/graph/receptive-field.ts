import { fraction } from '../../system/measures.js';
import type { ConvNode, Graph, Node, Pads, ResampleNode, PadNode } from './graph.js';
import { damaged, known } from './order.js';
import { shapesOf } from './shapes.js';

export interface ReceptiveField {
  /** Output pixels per input pixel. */
  readonly factor: number;
  /** An output pixel depends on input pixels no farther than this from the one that it lies in. */
  readonly radiusPx: number;
  /** Moving the input by a multiple of this moves the output alike, and by no less where it is above 1. */
  readonly alignPx: number;
}

/**
 * Exact, over every path from the input, for both axes: the larger radius of the two. Means over the whole
 * image are no path: they are taken to be given.
 * @throws SrganError E_MODEL where the output has not the same whole factor in height and width
 */
export function receptiveField(title: string, graph: Graph): ReceptiveField {
  const field = fieldOfView(title, graph);
  const { factor, alignPx } = field;
  if (Number.isInteger(factor)) return field;
  throw damaged(title, `its factor is ${factor * alignPx}/${alignPx}, not a whole number`);
}

/** The same where the output may be of any resolution. */
export function fieldOfView(title: string, graph: Graph): ReceptiveField {
  const rows = alongAxis(title, graph, 'height');
  const columns = alongAxis(title, graph, 'width');
  if (rows.factor !== columns.factor) {
    throw damaged(title, `it enlarges ${rows.factor} times in height but ${columns.factor} times in width`);
  }
  return {
    factor: rows.factor,
    radiusPx: Math.max(rows.radiusPx, columns.radiusPx),
    alignPx: leastMultiple(rows.alignPx, columns.alignPx),
  };
}

type Axis = 'height' | 'width';

/**
 * What the positions of a tensor depend on, along one axis. Position `i` needs the input positions
 * `first[i]` to `last[i]`; from `i + period` on all repeats, `advance` input positions farther.
 */
interface Reach {
  readonly period: number;
  readonly advance: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

function alongAxis(title: string, graph: Graph, axis: Axis): ReceptiveField {
  const reaches = new Map<string, Reach>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.flatMap((name) => reaches.get(name) ?? []);
    const reach = reachOf(title, node, inputs, axis);
    if (reach) reaches.set(node.name, reach);
  }
  const { period, advance, first, last } = known(reaches, graph.output);
  const factor = period / advance;
  let radiusPx = 0;
  for (let i = 0; i < period; i += 1) {
    const home = Math.floor(i / factor);
    radiusPx = Math.max(radiusPx, home - (first[i] as number), (last[i] as number) - home);
  }
  return { factor, radiusPx, alignPx: advance };
}

/** Undefined for what is the same at every position: means, given values, and what is made of them. */
function reachOf(title: string, node: Node, inputs: readonly Reach[], axis: Axis): Reach | undefined {
  if (node.op === 'input') return { period: 1, advance: 1, first: [0], last: [0] };
  const [input] = inputs;
  if (!input || node.op === 'mean') return undefined;
  switch (node.op) {
    case 'conv':
      return convolved(input, node, axis);
    case 'upsample':
      return repeated(input, node.factor[axis]);
    case 'depthToSpace':
      return repeated(input, node.block);
    case 'resample':
      return resampled(input, node, axis);
    case 'pad':
      return moved(input, -before(node.pads, axis));
    case 'crop':
      return moved(input, before(node.edges, axis));
    default:
      return inputs.reduce((one, other) => united(title, node.name, one, other));
  }
}

function at({ period, advance, first, last }: Reach, position: number): { first: number; last: number } {
  const turns = Math.floor(position / period);
  const i = position - turns * period;
  return { first: (first[i] as number) + turns * advance, last: (last[i] as number) + turns * advance };
}

function convolved(input: Reach, node: ConvNode, axis: Axis): Reach {
  const stride = node.strides[axis];
  const period = input.period / greatestDivisor(input.period, stride);
  const taps = Array.from({ length: node.kernel[axis] }, (_, tap) => tap * node.dilations[axis]);
  const offsets = padsBefore(node, axis).flatMap((pad) => taps.map((tap) => tap - pad));
  return tabulated(period, (input.advance * period * stride) / input.period, (position) => {
    const needed = offsets.map((offset) => at(input, position * stride + offset));
    return {
      first: Math.min(...needed.map(({ first }) => first)),
      last: Math.max(...needed.map(({ last }) => last)),
    };
  });
}

/** Zeros before the first position; with `same` and a stride, all numbers that some input size leads to. */
function padsBefore({ pads, kernel, strides, dilations }: ConvNode, axis: Axis): number[] {
  if (pads !== 'same') return [before(pads, axis)];
  const extent = (kernel[axis] - 1) * dilations[axis] + 1;
  return Array.from({ length: strides[axis] }, (_, i) => Math.floor(Math.max(0, extent - 1 - i) / 2));
}

function before({ top, left }: Pads, axis: Axis): number {
  return axis === 'height' ? top : left;
}

function moved(input: Reach, by: number): Reach {
  return tabulated(input.period, input.advance, (position) => at(input, position + by));
}

function resampled(input: Reach, { factor, kernel }: ResampleNode, axis: Axis): Reach {
  const [enlarged, of] = fraction(factor[axis]);
  const turns = input.period / greatestDivisor(input.period, of);
  const advance = (input.advance * turns * of) / input.period;
  return tabulated(enlarged * turns, advance, (position) => {
    const centre = ((2 * position + 1) * of - enlarged) / (2 * enlarged);
    const below = Math.floor(centre);
    if (below === centre) return at(input, below);
    const more = kernel === 'cubic' ? 1 : 0;
    return { first: at(input, below - more).first, last: at(input, below + 1 + more).last };
  });
}

function repeated(input: Reach, times: number): Reach {
  return tabulated(input.period * times, input.advance, (position) =>
    at(input, Math.floor(position / times)),
  );
}

function united(title: string, name: string, one: Reach, other: Reach): Reach {
  if (one.period * other.advance !== other.period * one.advance) {
    throw damaged(title, `layer '${name}' joins tensors of different resolution`);
  }
  const period = leastMultiple(one.period, other.period);
  return tabulated(period, (one.advance * period) / one.period, (position) => {
    const [a, b] = [at(one, position), at(other, position)];
    return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
  });
}

function tabulated(
  period: number,
  advance: number,
  needs: (position: number) => { first: number; last: number },
): Reach {
  const table = Array.from({ length: period }, (_, position) => needs(position));
  return { period, advance, first: table.map(({ first }) => first), last: table.map(({ last }) => last) };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** The least number that is a multiple of both. */
export function leastMultiple(a: number, b: number): number {
  return (a / greatestDivisor(a, b)) * b;
}

/**
 * A graph whose result is a whole multiple of its input in size. What unpadded convolutions lose at the
 * border is made up for as the programs that come with such networks do: the border pixels of the image are
 * repeated.
 * @throws SrganError E_MODEL
 */
export function withMargins(title: string, graph: Graph): Graph {
  const { factor, alignPx } = fieldOfView(title, graph);
  const side = alignPx * Math.ceil(1000 / alignPx);
  const { height, width } = known(shapesOf(title, graph, { height: side, width: side }), graph.output);
  const [rows, columns] = [side * factor - height, side * factor - width];
  if (rows === 0 && columns === 0) return graph;
  const [top, left] = [rows / factor / 2, columns / factor / 2];
  if (!(top >= 0 && left >= 0 && Number.isInteger(top) && Number.isInteger(left))) {
    throw damaged(title, `it makes ${width} × ${height} pixels of ${side} × ${side}`);
  }
  const pads = { top, left, bottom: top, right: left };
  const pad: PadNode = { op: 'pad', name: `${graph.input}/margins`, inputs: [graph.input], pads };
  const nodes = graph.nodes.flatMap((node): Node[] =>
    node.name === graph.input
      ? [node, pad]
      : [{ ...node, inputs: node.inputs.map((input) => (input === graph.input ? pad.name : input)) }],
  );
  return { ...graph, nodes };
}
