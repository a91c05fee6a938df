import type { TiledForms, TileForm } from '../engines/engine.js';
import { borderPx } from '../graph/border.js';
import { costOf } from '../graph/cost.js';
import { emitOperators, emitWeights } from '../graph/emit-onnx.js';
import { fold, type Folded } from '../graph/fold.js';
import type { Graph } from '../graph/graph.js';
import { marginsOf, openSides, type Margins } from '../graph/open-sides.js';
import { tileWork } from '../graph/tile-work.js';
import { MOST_HALO_PX } from '../tiles/choose.js';
import { ALL_OPEN, CLOSED_SIDES, type ClosedSides } from '../tiles/sides.js';
import type { NetworkFacts } from './network-file.js';

/**
 * A network made for tiles, or undefined where it reaches too far for it, or is not built of nodes that keep
 * or multiply the size of what they are given.
 */
export function tiledForms(title: string, graph: Graph, facts: NetworkFacts): TiledForms | undefined {
  const { radiusPx, factor } = facts;
  const folded = foldForTiles(title, graph, radiusPx);
  if (!folded) return undefined;
  const { exact, interior } = folded;
  const form = (made: Graph, sides: readonly ClosedSides[]) => {
    const margins = marginsOf(made);
    return margins && tileForm(title, made, margins, radiusPx, sides);
  };
  const exactForm = form(exact, CLOSED_SIDES);
  if (!exactForm) return undefined;
  const interiorForm = interior && form(interior, [ALL_OPEN]);
  return {
    exact: exactForm,
    ...(interiorForm && { interior: { ...interiorForm, borderPx: borderPx(exact, factor) } }),
  };
}

/** What the forms are made of, under the same conditions. */
export function foldForTiles(title: string, graph: Graph, radiusPx: number): Folded | undefined {
  return radiusPx > MOST_HALO_PX || !marginsOf(graph) ? undefined : fold(title, graph);
}

function tileForm(
  title: string,
  graph: Graph,
  margins: Margins,
  radiusPx: number,
  sides: readonly ClosedSides[],
): TileForm {
  return {
    weights: emitWeights(graph),
    operators: sides.map((closed) => emitOperators(openSides(title, graph, margins, radiusPx, closed))),
    work: tileWork(title, graph, margins),
    liveFloatsPerPixel: costOf(title, graph).liveFloatsPerPixel,
  };
}
