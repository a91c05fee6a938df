import { costOf } from '../cost.js';
import type { FoldedGraph } from '../emit/emit-forms.js';
import { foldLinear } from './fold-linear.js';
import { foldUpsample } from './fold-upsample.js';
import type { Graph } from '../graph.js';
import { splitConcat } from './split-concat.js';

/** A smaller gain of memory is not worth the sums that take the place of a concatenation. */
const MIN_SPARED = 0.1;

/** Does less work than the network, and makes the same of every pixel, whatever the size of the image. */
export function foldExactly(title: string, graph: Graph): Graph {
  return sparing(title, foldUpsample(title, graph));
}

/** Does still less where that can be, for tiles that are not too small. */
export function fold(title: string, graph: Graph): FoldedGraph {
  const exact = foldUpsample(title, graph);
  const composed = foldLinear(title, exact);
  if (!composed) return { graph: sparing(title, exact), values: new Map() };
  const { values } = composed;
  // what the border of a value is made from must be there
  const kept = [...values.values()].flatMap(({ pieces, origin }) => [
    ...pieces,
    ...origin.flatMap(({ inputs }) => inputs),
  ]);
  return { graph: sparing(title, composed.graph, new Set(kept)), values };
}

function sparing(title: string, graph: Graph, kept?: ReadonlySet<string>): Graph {
  const split = splitConcat(title, graph, kept);
  const live = (each: Graph) => costOf(title, each).liveFloatsPerPixel;
  return live(split) <= (1 - MIN_SPARED) * live(graph) ? split : graph;
}
