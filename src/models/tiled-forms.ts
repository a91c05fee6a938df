import type { TiledForms, TileForm } from '../engines/engine.js';
import { leastExtent } from '../graph/close-border.js';
import { costOf } from '../graph/cost.js';
import type { FoldedGraph } from '../graph/emit-forms.js';
import { emitTogether } from '../graph/emit-onnx.js';
import { fold, type Folded } from '../graph/fold.js';
import type { Graph } from '../graph/graph.js';
import { marginsOf, openSides } from '../graph/open-sides.js';
import { known } from '../graph/order.js';
import { LARGE_SIDE_PX, largeShapesOf } from '../graph/shapes.js';
import { tileWork } from '../graph/tile-work.js';
import { MOST_HALO_PX } from '../tiles/choose.js';
import { CLOSED_SIDES } from '../tiles/sides.js';
import type { NetworkFacts } from './network-file.js';

/**
 * A network made for tiles, or undefined where it reaches too far for it, or is not built of nodes that keep
 * or multiply the size of what they are given.
 */
export function tiledForms(title: string, graph: Graph, { radiusPx }: NetworkFacts): TiledForms | undefined {
  const folded = foldForTiles(title, graph, radiusPx);
  if (!folded) return undefined;
  const exact = tileForm(title, { graph: folded.exact, values: new Map() }, radiusPx);
  if (!exact) return undefined;
  const { composed } = folded;
  const form = composed && tileForm(title, composed, radiusPx);
  return form ? { exact, composed: { ...form, leastPx: leastSide(title, composed) } } : { exact };
}

/** What the forms are made of, under the same conditions. */
export function foldForTiles(title: string, graph: Graph, radiusPx: number): Folded | undefined {
  return radiusPx > MOST_HALO_PX || !marginsOf(graph) ? undefined : fold(title, graph);
}

function tileForm(title: string, folded: FoldedGraph, radiusPx: number): TileForm | undefined {
  const margins = marginsOf(folded.graph);
  if (!margins) return undefined;
  const graphs = CLOSED_SIDES.map((closed) => openSides(title, folded, margins, radiusPx, closed));
  const models = emitTogether(graphs);
  const bySides = CLOSED_SIDES.map((closed, i) => ({
    parts: models[i] ?? [],
    work: tileWork(title, graphs[i] ?? folded.graph, radiusPx, closed),
  }));
  return { bySides, liveFloatsPerPixel: costOf(title, folded.graph).liveFloatsPerPixel };
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
