import type { TileWork } from '../tiles/work.js';
import type { Graph } from './graph.js';
import { known } from './order.js';
import { LARGE_SIDE_PX, largeShapesOf } from './shapes.js';
import type { Margins } from './open-sides.js';

/** What running the graph on a tile costs, from how far beyond the tile each convolution is computed. */
export function tileWork(title: string, graph: Graph, margins: Margins): TileWork {
  const shapes = largeShapesOf(title, graph);
  const work = { perPixel: 0, perEdgePixel: 0, perCorner: 0 };
  for (const node of graph.nodes) {
    if (node.op !== 'conv') continue;
    const scale = known(shapes, node.name).width / LARGE_SIDE_PX;
    const { top, left, bottom, right } = known(margins, node.name);
    const beyond = (top + left + bottom + right) / 4 / scale;
    const macs = node.weights.length * scale ** 2;
    work.perPixel += macs;
    work.perEdgePixel += macs * beyond;
    work.perCorner += macs * beyond ** 2;
  }
  return work;
}
