import { costOf } from '../cost.js';
import type { FoldedGraph } from '../emit-forms.js';
import { foldLinear } from './fold-linear.js';
import type { Graph, ConvNode, Node, UpsampleNode } from '../graph.js';
import { isPlain } from './linear-form.js';
import { graphOf, known, usersOf } from '../order.js';
import { largeShapesOf } from '../shapes.js';

/** Minimum saving of memory that is worth replacing a concatenation by sums. */
const MIN_SPARED = 0.1;

/** Folds where the result is equal for every pixel and every image size. */
export function foldExactly(title: string, graph: Graph): Graph {
  return sparing(title, foldUpsample(title, graph));
}

/** Folds further where possible, for tiles that are not too small. */
export function fold(title: string, graph: Graph): FoldedGraph {
  const exact = foldUpsample(title, graph);
  const composed = foldLinear(title, exact);
  if (!composed) return { graph: sparing(title, exact), values: new Map() };
  const { values } = composed;
  // the lines that the border of a value is computed from must exist
  const kept = [...values.values()].flatMap(({ pieces, origin }) => [
    ...pieces,
    ...origin.flatMap(({ inputs }) => inputs),
  ]);
  return { graph: sparing(title, composed.graph, new Set(kept)), values };
}

function sparing(title: string, graph: Graph, kept?: ReadonlySet<string>): Graph {
  const split = splitConcat(title, graph, kept);
  const live = (each: Graph) => costOf(title, each).liveFloatsPerPixel;
  return live(split) <= (1 - MIN_SPARED) * live(graph) ? split : graph;
}

/**
 * A convolution of repeated pixels becomes one of the pixels themselves: it makes the values of all the
 * positions that a pixel stands for as channels, which are then laid out. Positions that read the very same
 * pixels in the same way, such as all but the outermost of a large factor, are computed once. The result is
 * the same everywhere, up to the border.
 */
export function foldUpsample(title: string, graph: Graph): Graph {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const input = node.op === 'conv' && isPlain(node) ? byName.get(node.inputs[0] ?? '') : undefined;
    if (node.op !== 'conv' || input?.op !== 'upsample') return [node];
    return atLowResolution(node, input) ?? [node];
  });
  return graphOf(title, nodes, graph.output);
}

function atLowResolution(conv: ConvNode, { factor, inputs }: UpsampleNode): Node[] | undefined {
  const { height: block, width } = factor;
  if (block !== width || block === 1 || conv.pads === 'same') return undefined;
  const rows = placesOf(conv.kernel.height, conv.pads.top, block);
  const columns = placesOf(conv.kernel.width, conv.pads.left, block);
  const { outChannels, inChannels, name, bias } = conv;
  const kernel = { height: rows.taps, width: columns.taps };
  const kinds = rows.kinds.length * columns.kinds.length;
  const weights = new Float64Array(kinds * outChannels * inChannels * kernel.height * kernel.width);
  const taps = conv.kernel.height * conv.kernel.width;

  for (let kind = 0; kind < kinds; kind += 1) {
    const across = columns.kinds[kind % columns.kinds.length] ?? [];
    const down = rows.kinds[Math.floor(kind / columns.kinds.length)] ?? [];
    for (let line = 0; line < outChannels * inChannels; line += 1) {
      const to = (kind * outChannels * inChannels + line) * kernel.height * kernel.width;
      for (let tap = 0; tap < taps; tap += 1) {
        const row = down[Math.floor(tap / conv.kernel.width)] ?? 0;
        const at = to + row * kernel.width + (across[tap % conv.kernel.width] ?? 0);
        weights[at] = (weights[at] as number) + (conv.weights[line * taps + tap] as number);
      }
    }
  }

  const low: ConvNode = {
    ...conv,
    name: `${name}/low`,
    inputs,
    outChannels: kinds * outChannels,
    kernel,
    pads: { top: rows.before, left: columns.before, bottom: rows.after, right: columns.after },
    weights: Float32Array.from(weights),
    bias: bias && Float32Array.from({ length: kinds * outChannels }, (_, o) => bias[o % outChannels] ?? 0),
  };
  const places = rows.kindOf.flatMap((down) =>
    columns.kindOf.map((across) => down * columns.kinds.length + across),
  );
  const channels = places.flatMap((kind) =>
    Array.from({ length: outChannels }, (_, o) => kind * outChannels + o),
  );
  const selected = `${name}/places`;
  const repeats = kinds < places.length;
  return [
    low,
    ...(repeats ? [{ op: 'select', name: selected, inputs: [low.name], channels } as const] : []),
    { op: 'depthToSpace', name, inputs: [repeats ? selected : low.name], block, mode: 'DCR' },
  ];
}

interface Places {
  /** For each kind of place: which pixel each tap of the convolution falls on, from the first that any reads. */
  readonly kinds: readonly (readonly number[])[];
  /** The kind of each place within a pixel. */
  readonly kindOf: readonly number[];
  /** Pixels that are read: in all, before and after the own one. */
  readonly taps: number;
  readonly before: number;
  readonly after: number;
}

/** Along one axis. */
function placesOf(taps: number, pad: number, block: number): Places {
  const pixelAt = (place: number, tap: number) => Math.floor((place + tap - pad) / block);
  const before = Math.max(0, -pixelAt(0, 0));
  const after = Math.max(0, pixelAt(block - 1, taps - 1));
  const kinds: number[][] = [];
  const kindOf = Array.from({ length: block }, (_, place) => {
    const pixels = Array.from({ length: taps }, (_, tap) => pixelAt(place, tap) + before);
    const known = kinds.findIndex((kind) => kind.join() === pixels.join());
    return known >= 0 ? known : kinds.push(pixels) - 1;
  });
  return { kinds, kindOf, taps: before + after + 1, before, after };
}

/**
 * Replaces each convolution of a concatenation by the sum of convolutions of its parts, where that is all the
 * concatenation is for: the parts need not be held until the last of them is there, nor copied together. The
 * result is the same but for the order of the sum.
 * @param kept names of nodes that stay as they are
 */
export function splitConcat(title: string, graph: Graph, kept: ReadonlySet<string> = new Set()): Graph {
  const shapes = largeShapesOf(title, graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const users = usersOf(graph);
  const isSplit = (name: string) =>
    byName.get(name)?.op === 'concat' &&
    name !== graph.output &&
    !kept.has(name) &&
    users(name).every((user) => user.op === 'conv' && user.groups === 1 && !kept.has(user.name));

  const nodes = graph.nodes.flatMap((node) => {
    const [input = ''] = node.inputs;
    if (isSplit(node.name)) return [];
    if (node.op !== 'conv' || !isSplit(input)) return [node];
    const parts = known(byName, input).inputs;
    return split(
      node,
      parts.map((name) => ({ name, channels: known(shapes, name).channels })),
    );
  });
  return graphOf(title, nodes, graph.output);
}

interface Part {
  readonly name: string;
  readonly channels: number;
}

function split(conv: ConvNode, parts: readonly Part[]): Node[] {
  const nodes: Node[] = [];
  let first = 0;
  let sum: string | undefined;
  parts.forEach(({ name, channels }, i) => {
    const isLast = i === parts.length - 1;
    const piece = `${conv.name}/part ${i}`;
    const weights = sliced(conv, first, channels);
    const bias = i === 0 ? conv.bias : undefined;
    nodes.push({ ...conv, name: piece, inputs: [name], inChannels: channels, weights, bias });
    first += channels;
    if (sum !== undefined) {
      const total = isLast ? conv.name : `${conv.name}/sum ${i}`;
      nodes.push({ op: 'add', name: total, inputs: [sum, piece] });
      sum = total;
    } else {
      sum = piece;
    }
  });
  return nodes;
}

/** Weights for some of the input channels. */
function sliced(
  { weights, outChannels, inChannels, kernel }: ConvNode,
  first: number,
  channels: number,
): Float32Array {
  const area = kernel.height * kernel.width;
  const result = new Float32Array(outChannels * channels * area);
  for (let out = 0; out < outChannels; out += 1) {
    const from = (out * inChannels + first) * area;
    result.set(weights.subarray(from, from + channels * area), out * channels * area);
  }
  return result;
}
