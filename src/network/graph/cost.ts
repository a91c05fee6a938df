import type { Graph, Node } from './graph.js';
import { known, lastUses } from './order.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape, LARGE_SIDE_PX as SIDE_PX, shapesOf } from './shapes.js';
import type { ClosedSides, TileWork } from '../../contract/tiles.js';

export interface Cost {
  /** Multiply-adds of the convolutions, per input pixel. */
  readonly macsPerPixel: number;
  /** Largest number of floats alive at once, per input pixel, when the nodes run in their order. */
  readonly liveFloatsPerPixel: number;
  /** Number of learned parameters: weights, biases, slopes. */
  readonly parameters: number;
}

export function costOf(title: string, graph: Graph): Cost {
  const shapes = largeShapesOf(title, graph);
  const pixels = LARGE_SIDE_PX * LARGE_SIDE_PX;
  return {
    macsPerPixel: macsOf(graph, shapes) / pixels,
    liveFloatsPerPixel: Math.max(0, ...aliveAt(graph, shapes)) / pixels,
    parameters: graph.nodes.reduce((sum, node) => sum + parametersOf(node), 0),
  };
}

/** Returns the multiply-adds of all convolutions. */
export function macsOf({ nodes }: Graph, shapes: ReadonlyMap<string, Shape>): number {
  return nodes.reduce((sum, node) => sum + macsAt(node, shapes), 0);
}

/** Returns the multiply-adds of one node. */
export function macsAt(node: Node, shapes: ReadonlyMap<string, Shape>): number {
  const { height, width } = known(shapes, node.name);
  return node.op === 'conv' ? node.weights.length * height * width : 0;
}

function parametersOf(node: Node): number {
  if (node.op === 'conv') return node.weights.length + (node.bias?.length ?? 0);
  if (node.op === 'prelu') return node.slopes.length;
  return 0;
}

/**
 * Returns the number of floats that are alive while each node runs. An activation reuses the memory of its input where
 * no other node needs it.
 */
export function aliveAt(graph: Graph, shapes: ReadonlyMap<string, Shape>): number[] {
  const lastUse = lastUses(graph);
  let alive = 0;
  return graph.nodes.map((node, i) => {
    const dying = [...new Set(node.inputs)].filter((name) => lastUse.get(name) === i);
    const freed = dying.reduce((sum, name) => sum + volume(known(shapes, name)), 0);
    const own = volume(known(shapes, node.name));
    const replaces = isPointwise(node) && freed >= own;
    const most = alive + (replaces ? 0 : own);
    alive += own - freed;
    return most;
  });
}

function isPointwise({ op }: Node): boolean {
  return ['activation', 'leakyRelu', 'prelu', 'clip', 'affine', 'add', 'mul', 'crop'].includes(op);
}

export function volume({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** Returns the cost of a graph built for tiles with these closed sides. */
export function tileWork(title: string, graph: Graph, radiusPx: number, closed: ClosedSides): TileWork {
  const macs = (widthPx: number, heightPx: number) => {
    const width = widthPx + radiusPx * (Number(!closed.left) + Number(!closed.right));
    const height = heightPx + radiusPx * (Number(!closed.top) + Number(!closed.bottom));
    return macsOf(graph, shapesOf(title, graph, { width, height }));
  };
  // each convolution works on a rectangle that grows with the tile
  const [small, wide] = [macs(SIDE_PX, SIDE_PX), macs(2 * SIDE_PX, SIDE_PX)];
  const [high, large] = [macs(SIDE_PX, 2 * SIDE_PX), macs(2 * SIDE_PX, 2 * SIDE_PX)];
  const perPixel = (large - wide - high + small) / SIDE_PX ** 2;
  const perWidthPx = (wide - small) / SIDE_PX - perPixel * SIDE_PX;
  const perHeightPx = (high - small) / SIDE_PX - perPixel * SIDE_PX;
  const once = small - perPixel * SIDE_PX ** 2 - (perWidthPx + perHeightPx) * SIDE_PX;
  return { perPixel, perWidthPx, perHeightPx, once };
}
