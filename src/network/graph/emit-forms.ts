import { axisOf, onEachSide, SIDES, type Graph, type Node, type Pads } from './graph.js';
import { once, stacked, toConv, transposed } from './passes/kernel.js';
import type { Kernel } from './passes/kernel-values.js';
import { groupsOf, type Form, type Segment, type Term, linesNear, type Lines } from './passes/linear-form.js';
import { graphOf, known } from './order.js';

/** A network whose linear parts are composed (folded). */
export interface FoldedGraph {
  /** Equal to the network wherever the zero padding of inner tensors has no effect. */
  readonly graph: Graph;
  /** Values of the graph that differ from the network's near the border of the image. */
  readonly values: ReadonlyMap<string, FoldedValue>;
}

export interface FoldedValue {
  /** Nodes of the graph that compute only this value, itself included. */
  readonly pieces: ReadonlySet<string>;
  /** Number of rows or columns near each side in which it differs. */
  readonly lines: Pads;
  /** Computes these rows or columns, where there are any. */
  readonly strip: (side: keyof Pads) => Strip;
  /** The part of the network that the value is composed of, from values of the graph up to itself. */
  readonly origin: readonly Node[];
}

/** Parts, concatenated by channel. */
export type Strip = readonly StripPart[];

/**
 * A sum of convolutions that compute all lines at once from those nearest to the side, and of the lines of other
 * values, by channel. Columns are transposed into rows before and back afterwards.
 */
export interface StripPart {
  readonly convs: readonly { readonly input: string; readonly conv: ReturnType<typeof toConv> }[];
  readonly points: readonly {
    readonly input: string;
    readonly scale: Float32Array;
    readonly offset: Float32Array;
  }[];
}

export interface Composed {
  readonly linear: ReadonlySet<string>;
  /** Form of each linear value that is computed. */
  readonly forms: ReadonlyMap<string, Form>;
  /** Form of every value from the point of view of its users. */
  readonly seen: ReadonlyMap<string, Form>;
}

/** Builds the graph in which only the values with a form are computed. */
export function emitForms(title: string, graph: Graph, { linear, forms, seen }: Composed): FoldedGraph {
  const nodes: Node[] = graph.nodes.filter(({ name }) => !linear.has(name));
  const joined = new Map<string, string>();
  const isBase = (name: string) => !linear.has(name) || forms.has(name);
  const linearNodes = graph.nodes.filter(({ name }) => linear.has(name));
  const linesAt = (side: keyof Pads) => linesNear({ nodes: linearNodes, seen, isBase })(side);
  const counts = {
    top: linesAt('top'),
    left: linesAt('left'),
    bottom: linesAt('bottom'),
    right: linesAt('right'),
  };
  const strips = {
    height: once(() => stripsOf('top', 'bottom')),
    width: once(() => stripsOf('left', 'right')),
  };
  const values = new Map<string, FoldedValue>();

  for (const [name, form] of forms) {
    const first = nodes.length;
    emitForm(name, form);
    const joins = new Set(joined.values());
    const pieces = nodes.slice(first).flatMap((node) => (joins.has(node.name) ? [] : [node.name]));
    const lines = onEachSide((side) => known(counts[side], name).count);
    if (SIDES.every((side) => lines[side] === 0)) continue;
    values.set(name, {
      pieces: new Set(pieces),
      lines,
      strip: (side) => known(strips[axisOf(side)](), `${side} ${name}`),
      origin: originOf(name),
    });
  }
  return { graph: graphOf(title, nodes, graph.output), values };

  /** Returns the inputs of a group as one value. */
  function joinOf(group: readonly Term[], piece?: string): string {
    const inputs = group.map(([input]) => input);
    const [only = ''] = inputs;
    if (inputs.length === 1) return only;
    const key = JSON.stringify(inputs);
    const existing = joined.get(key);
    if (existing !== undefined) return existing;
    const name = `${piece}/inputs`;
    nodes.push({ op: 'concat', name, inputs });
    joined.set(key, name);
    return name;
  }

  function emitForm(name: string, form: Form): void {
    const [only] = form;
    if (form.length === 1 && only) {
      emitSegment(name, only);
    } else {
      const parts = form.map((segment, i) => aliasOf(segment) ?? emitSegment(`${name}/${i}`, segment));
      nodes.push({ op: 'concat', name, inputs: parts });
    }
  }

  function emitSegment(name: string, { channels, terms, bias }: Segment): string {
    const groups = groupsOf(terms);
    const addsUp = groups.length > 1;
    let constant = bias;
    const pieces = groups.map((group, i) => {
      const piece = addsUp ? `${name}/${i}` : name;
      const [source, kernel] = group[0] as Term;
      if (kernel.kind === 'dense') {
        const input = joinOf(group, piece);
        const conv = toConv(
          group.map(([, each]) => each),
          constant?.(),
        );
        nodes.push({ ...conv, name: piece, inputs: [input] });
      } else {
        if (addsUp && kernel.kind === 'identity' && !constant) return source;
        nodes.push({ op: 'affine', name: piece, inputs: [source], ...scaling(kernel, constant, channels) });
      }
      constant = undefined;
      return piece;
    });
    if (addsUp) nodes.push({ op: 'add', name, inputs: pieces });
    return name;
  }

  /** Composed one axis at a time, since the intermediate forms are large. */
  function stripsOf(...sides: readonly (keyof Pads)[]): Map<string, Strip> {
    const near = linesNear({ nodes: linearNodes, seen, isBase });
    const made = new Map<string, Strip>();
    for (const side of sides) {
      const lines = near(side);
      for (const name of values.keys()) {
        const parts = known(forms, name).map((segment, i) => stripOf(segment, i, side, known(lines, name)));
        made.set(`${side} ${name}`, parts);
      }
    }
    return made;
  }

  /** @param index of the segment among those of the value */
  function stripOf(segment: Segment, index: number, side: keyof Pads, { count, at }: Lines): StripPart {
    const { channels, terms } = segment;
    const fromStart = side === 'top' || side === 'left';
    const rows = Array.from({ length: count }, (_, row) => at(fromStart ? row : count - 1 - row)[index]);
    let constants = rows.some((row) => row?.bias)
      ? Float64Array.from(rows.flatMap((row) => [...(row?.bias?.() ?? new Float64Array(channels))]))
      : undefined;
    const [first, last] = fromStart ? [0, Infinity] : [-Infinity, count - 1];
    const ofAllRows = ([name, { inChannels }]: Term): Kernel => {
      const kernels = rows.map((row) => {
        const kernel = row?.terms.get(name);
        return kernel && axisOf(side) === 'width' ? transposed(kernel) : kernel;
      });
      return stacked(kernels, channels, inChannels, first, last);
    };
    const groups = groupsOf(terms);
    const convs = groups.flatMap((group) => {
      if (group[0]?.[1].kind !== 'dense') return [];
      const conv = toConv(group.map(ofAllRows), constants);
      constants = undefined;
      return [{ input: joinOf(group), conv }];
    });
    let { bias } = segment;
    if (convs.length > 0) bias = undefined;
    const points = groups.flatMap((group) => {
      const [[input, kernel] = []] = group;
      if (input === undefined || !kernel || kernel.kind === 'dense') return [];
      const scaled = { input, ...scaling(kernel, bias, channels) };
      bias = undefined;
      return [scaled];
    });
    return { convs, points };
  }

  function originOf(name: string): Node[] {
    const wanted = new Set([name]);
    const origin: Node[] = [];
    for (const node of linearNodes.toReversed()) {
      if (!wanted.has(node.name)) continue;
      origin.unshift(node);
      for (const input of node.inputs) if (!isBase(input)) wanted.add(input);
    }
    return origin;
  }
}

function scaling(kernel: Kernel, constant: Segment['bias'], channels: number) {
  return {
    scale: Float32Array.from(kernel.values()),
    offset: Float32Array.from(constant?.() ?? new Float64Array(channels)),
  };
}

/** Returns the value that a segment is equal to, if it is nothing else. */
function aliasOf({ terms, bias }: Segment): string | undefined {
  const [[name, kernel] = [undefined, undefined]] = terms;
  return terms.size === 1 && kernel?.kind === 'identity' && !bias ? name : undefined;
}
