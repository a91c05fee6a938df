import type { ClosedSides } from '../tiles/sides.js';
import type { Graph, Node, Pads } from './graph.js';
import { isPlain } from './linear-form.js';
import { graphOf, known } from './order.js';

const SIDES = ['top', 'left', 'bottom', 'right'] as const;

/** How far a tensor reaches beyond the part of the result that is wanted, on each side, in its own positions. */
export type Margins = ReadonlyMap<string, Pads>;

/**
 * How far each node must be computed so that the result is whole, or undefined where the network is not made
 * of nodes that keep or multiply the size of what they are given.
 */
export function marginsOf({ nodes, output }: Graph): Margins | undefined {
  const margins = new Map<string, Pads>([[output, { top: 0, left: 0, bottom: 0, right: 0 }]]);
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
    case 'resample':
    case 'pad':
    case 'crop':
    case 'mean':
    case 'given':
      return undefined;
    default:
      return margin;
  }
}

/**
 * The same network for a tile of the image: at a side that is not `closed` there are no zeros around any
 * tensor; instead the input is `radiusPx` larger than the wanted part, and each node is computed no farther
 * than the result needs it. The names and weights are those of the graph.
 */
export function openSides(
  title: string,
  graph: Graph,
  margins: Margins,
  radiusPx: number,
  closed: ClosedSides,
): Graph {
  const nodes: Node[] = [];
  const open = (pads: Pads) => onEachSide((side) => (closed[side] ? 0 : pads[side]));
  const has = new Map<string, Pads>();
  const crops = new Map<string, string>();

  const cropped = (name: string, wanted: Pads): string => {
    const margin = known(has, name);
    const edges = onEachSide((side) => margin[side] - wanted[side]);
    if (SIDES.every((side) => edges[side] === 0)) return name;
    const { top, left, bottom, right } = edges;
    const crop = `${name}/crop ${top} ${left} ${bottom} ${right}`;
    if (!crops.has(crop)) nodes.push({ op: 'crop', name: crop, inputs: [name], edges });
    crops.set(crop, name);
    return crop;
  };

  for (const node of graph.nodes) {
    const margin = open(known(margins, node.name));
    if (node.op === 'input') {
      nodes.push(node);
      has.set(node.name, open({ top: radiusPx, left: radiusPx, bottom: radiusPx, right: radiusPx }));
      continue;
    }
    const needed = open(inputMargin(node, margin) ?? margin);
    const inputs = node.inputs.map((name) => cropped(name, needed));
    if (node.op === 'conv' && node.pads !== 'same') {
      const { pads } = node;
      nodes.push({ ...node, inputs, pads: onEachSide((side) => (closed[side] ? pads[side] : 0)) });
    } else {
      nodes.push({ ...node, inputs });
    }
    has.set(node.name, made(node, needed));
  }
  const output = cropped(graph.output, { top: 0, left: 0, bottom: 0, right: 0 });
  return graphOf(title, nodes, output);

  function made(node: Node, needed: Pads): Pads {
    switch (node.op) {
      case 'conv':
        return open(onEachSide((side) => needed[side] - (node.pads === 'same' ? 0 : node.pads[side])));
      case 'upsample':
        return onEachSide((side) => needed[side] * node.factor[axisOf(side)]);
      case 'depthToSpace':
        return onEachSide((side) => needed[side] * node.block);
      default:
        return needed;
    }
  }
}

function onEachSide(f: (side: keyof Pads) => number): Pads {
  return { top: f('top'), left: f('left'), bottom: f('bottom'), right: f('right') };
}

function axisOf(side: keyof Pads): 'height' | 'width' {
  return side === 'top' || side === 'bottom' ? 'height' : 'width';
}
