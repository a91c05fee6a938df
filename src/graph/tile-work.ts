import type { ClosedSides } from '../tiles/sides.js';
import type { TileWork } from '../tiles/work.js';
import type { Extent, Graph } from './graph.js';
import { known } from './order.js';
import { shapesOf } from './shapes.js';

/** A multiple of all strides that occur, and above what a tile must have. */
const SIDE_PX = 5040;

/** What running a graph that was made for tiles with these closed sides costs. */
export function tileWork(title: string, graph: Graph, radiusPx: number, closed: ClosedSides): TileWork {
  const macs = (widthPx: number, heightPx: number) =>
    macsOf(title, graph, {
      width: widthPx + radiusPx * (Number(!closed.left) + Number(!closed.right)),
      height: heightPx + radiusPx * (Number(!closed.top) + Number(!closed.bottom)),
    });
  // each convolution works on a rectangle that grows with the tile's
  const [small, wide] = [macs(SIDE_PX, SIDE_PX), macs(2 * SIDE_PX, SIDE_PX)];
  const [high, large] = [macs(SIDE_PX, 2 * SIDE_PX), macs(2 * SIDE_PX, 2 * SIDE_PX)];
  const perPixel = (large - wide - high + small) / SIDE_PX ** 2;
  const perWidthPx = (wide - small) / SIDE_PX - perPixel * SIDE_PX;
  const perHeightPx = (high - small) / SIDE_PX - perPixel * SIDE_PX;
  const once = small - perPixel * SIDE_PX ** 2 - (perWidthPx + perHeightPx) * SIDE_PX;
  return { perPixel, perWidthPx, perHeightPx, once };
}

function macsOf(title: string, graph: Graph, size: Extent): number {
  const shapes = shapesOf(title, graph, size);
  return graph.nodes.reduce((sum, node) => {
    if (node.op !== 'conv') return sum;
    const { height, width } = known(shapes, node.name);
    return sum + node.weights.length * height * width;
  }, 0);
}
