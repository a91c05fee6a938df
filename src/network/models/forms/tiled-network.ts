import type { TiledNetwork } from '../../../contract/engine.js';
import { leastExtent } from '../../graph/passes/close-border.js';
import { costOf } from '../../graph/cost.js';
import type { FoldedGraph } from '../../graph/emit/emit-forms.js';
import { emitTogether } from '../../graph/emit/emit-onnx.js';
import { fold } from '../../graph/passes/fold.js';
import type { Graph } from '../../graph/graph.js';
import { marginsOf, openSides } from '../../graph/open-sides.js';
import { known } from '../../graph/order.js';
import { LARGE_SIDE_PX, largeShapesOf } from '../../graph/shapes.js';
import { tileWork } from '../../graph/tile-work.js';
import { MAX_HALO_PX } from '../../tiles/choose-grid.js';
import { CLOSED_SIDES } from '../../tiles/sides.js';

/**
 * A network made for tiles, or undefined where it reaches too far for it, or is not built of nodes that keep
 * or multiply the size of what they are given.
 */
export function tiledNetwork(title: string, graph: Graph, radiusPx: number): TiledNetwork | undefined {
  const folded = foldForTiles(title, graph, radiusPx);
  const margins = folded && marginsOf(folded.graph);
  if (!margins) return undefined;
  const graphs = CLOSED_SIDES.map((closed) => ({
    closed,
    made: openSides(title, folded, margins, radiusPx, closed),
  }));
  const models = emitTogether(graphs.map(({ made }) => made));
  return {
    bySides: graphs.map(({ closed, made }, i) => ({
      parts: models[i] ?? [],
      work: tileWork(title, made, radiusPx, closed),
    })),
    liveFloatsPerPixel: costOf(title, folded.graph).liveFloatsPerPixel,
    leastPx: leastSide(title, folded),
  };
}

/** What it is made of, under the same conditions. */
export function foldForTiles(title: string, graph: Graph, radiusPx: number): FoldedGraph | undefined {
  return radiusPx > MAX_HALO_PX || !marginsOf(graph) ? undefined : fold(title, graph);
}

/** In input pixels: a value that is larger than the image has as many more lines. */
function leastSide(title: string, { graph, values }: FoldedGraph): number {
  const shapes = largeShapesOf(title, graph);
  const sides = [...values].flatMap(([name, value]) => {
    const least = leastExtent(name, value);
    const { height, width } = known(shapes, name);
    return [(least.height * LARGE_SIDE_PX) / height, (least.width * LARGE_SIDE_PX) / width];
  });
  return Math.ceil(Math.max(1, ...sides));
}
