import type { ClosedSides, TileWork } from '../../contract/tiles.js';
import { macsOf } from './cost.js';
import type { Graph } from './graph.js';
import { LARGE_SIDE_PX as SIDE_PX, shapesOf } from './shapes.js';

/** What running a graph that was made for tiles with these closed sides costs. */
export function tileWork(title: string, graph: Graph, radiusPx: number, closed: ClosedSides): TileWork {
  const macs = (widthPx: number, heightPx: number) => {
    const width = widthPx + radiusPx * (Number(!closed.left) + Number(!closed.right));
    const height = heightPx + radiusPx * (Number(!closed.top) + Number(!closed.bottom));
    return macsOf(graph, shapesOf(title, graph, { width, height }));
  };
  // each convolution works on a rectangle that grows with the tile's
  const [small, wide] = [macs(SIDE_PX, SIDE_PX), macs(2 * SIDE_PX, SIDE_PX)];
  const [high, large] = [macs(SIDE_PX, 2 * SIDE_PX), macs(2 * SIDE_PX, 2 * SIDE_PX)];
  const perPixel = (large - wide - high + small) / SIDE_PX ** 2;
  const perWidthPx = (wide - small) / SIDE_PX - perPixel * SIDE_PX;
  const perHeightPx = (high - small) / SIDE_PX - perPixel * SIDE_PX;
  const once = small - perPixel * SIDE_PX ** 2 - (perWidthPx + perHeightPx) * SIDE_PX;
  return { perPixel, perWidthPx, perHeightPx, once };
}
