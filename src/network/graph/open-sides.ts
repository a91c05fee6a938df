import type { ClosedSides } from '../../contract/tiles.js';
import { closeBorder, type Border } from './passes/close-border.js';
import type { FoldedGraph } from './emit-forms.js';
import { axisOf, NO_PADS, onEachSide, SIDES, type Graph, type Node, type Pads } from './graph.js';
import { isPlain } from './passes/linear-form.js';
import { graphOf, known, usersOf } from './order.js';
import { isPlacewise } from './halo-needs.js';
import { openTileGraph } from './passes/tile-graph.js';

/** Margin of each tensor beyond the wanted part of the result, on each side, in its own positions. */
export type Margins = ReadonlyMap<string, Pads>;

/**
 * Computes how far beyond the wanted part each node must be computed. Undefined where a node neither keeps nor
 * multiplies the size of its inputs.
 */
export function marginsOf({ nodes, output }: Graph): Margins | undefined {
  const margins = new Map<string, Pads>([[output, NO_PADS]]);
  for (const node of nodes.toReversed()) {
    const needed = inputMargin(node, known(margins, node.name));
    if (!needed) return undefined;
    for (const name of node.inputs) {
      const before = margins.get(name);
      margins.set(name, before ? onEachSide((side) => Math.max(before[side], needed[side])) : needed);
    }
  }
  return margins;
}

function inputMargin(node: Node, margin: Pads): Pads | undefined {
  switch (node.op) {
    case 'conv': {
      const { pads } = node;
      if (pads === 'same' || !isPlain({ ...node, groups: 1 })) return undefined;
      return onEachSide((side) => margin[side] + pads[side]);
    }
    case 'upsample':
      return onEachSide((side) => Math.ceil(margin[side] / node.factor[axisOf(side)]));
    case 'depthToSpace':
      return onEachSide((side) => Math.ceil(margin[side] / node.block));
    case 'input':
      return margin;
    default:
      return isPlacewise(node) ? margin : undefined;
  }
}

/**
 * Builds the network for a tile of the image. At an open side no tensor is padded; instead the input is `radiusPx`
 * larger than the wanted part, and each node is computed only as far as the result needs it. At closed sides, the lines
 * in which a folded value differs from the network's are computed separately. Weights with the same name are equal for
 * all combinations of sides.
 */
export function openSides(
  title: string,
  { graph, values }: FoldedGraph,
  margins: Margins,
  radiusPx: number,
  closed: ClosedSides,
): Graph {
  const tile = openTileGraph(closed);
  const bordered = borderedValues(graph, values, closed);

  for (const node of graph.nodes) {
    const border = bordered.get(node.name);
    const margin = known(margins, node.name);
    const region = onEachSide((side) => (closed[side] ? 0 - (border?.value.lines[side] ?? 0) : margin[side]));
    if (node.op === 'input') {
      tile.push(
        node,
        onEachSide((side) => (closed[side] ? 0 : radiusPx)),
      );
    } else if (border && border.chain.at(-1)?.name === node.name) {
      const inner = tile.place({ ...node, name: `${node.name}/inner` }, node.name, region);
      closeBorder(tile, border, inner, region);
    } else {
      tile.place(node, node.name, region);
    }
  }
  return graphOf(title, tile.nodes, tile.cropped(graph.output, NO_PADS));
}

/** Values that differ at a closed side, by the node that computes them. */
function borderedValues(
  graph: Graph,
  values: FoldedGraph['values'],
  closed: ClosedSides,
): Map<string, Border> {
  const users = usersOf(graph);
  const bordered = new Map<string, Border>();
  for (const [name, value] of values) {
    if (!SIDES.some((side) => closed[side] && value.lines[side] > 0)) continue;
    const chain = graph.nodes.filter((node) => node.name === name);
    for (let [next, ...others] = users(name); next && others.length === 0 && isPointwise(next);) {
      if (chain.at(-1)?.name === graph.output) break;
      chain.push(next);
      [next, ...others] = users(next.name);
    }
    const border = { name, value, chain };
    for (const piece of [...value.pieces, ...chain.map((node) => node.name)]) bordered.set(piece, border);
  }
  return bordered;
}

/** Whether a node works on each number separately, so that it can be applied to single lines of a value. */
function isPointwise({ op, inputs }: Node): boolean {
  return inputs.length === 1 && ['activation', 'leakyRelu', 'prelu', 'clip', 'affine'].includes(op);
}
