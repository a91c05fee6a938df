import type { ConvNode, Graph, Node, UpsampleNode } from '../graph.js';
import { isPlain } from './linear-form.js';
import { graphOf } from '../order.js';

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
