import { costOf } from './cost.js';
import type { FoldedGraph } from './emit-forms.js';
import { foldLinear } from './fold-linear.js';
import { foldUpsample } from './fold-upsample.js';
import type { Graph } from './graph.js';
import { splitConcat } from './split-concat.js';

export interface Folded {
  /** Does less work than the network, and makes the same of every pixel. */
  readonly exact: Graph;
  /** Does still less, for tiles that are not too small; undefined where it is no less. */
  readonly composed: FoldedGraph | undefined;
}

/** A smaller gain of memory is not worth the sums that take the place of a concatenation. */
const LEAST_SPARED = 0.1;

export function fold(title: string, graph: Graph): Folded {
  const exact = foldUpsample(title, graph);
  const composed = foldLinear(title, exact);
  return { exact: sparing(title, exact), composed: composed && sparingAll(title, composed) };
}

/** What the border of a value is made from must be there. */
function sparingAll(title: string, { graph, values }: FoldedGraph): FoldedGraph {
  const kept = [...values.values()].flatMap(({ pieces, origin }) => [
    ...pieces,
    ...origin.flatMap(({ inputs }) => inputs),
  ]);
  return { graph: sparing(title, graph, new Set(kept)), values };
}

function sparing(title: string, graph: Graph, kept?: ReadonlySet<string>): Graph {
  const split = splitConcat(title, graph, kept);
  const live = (each: Graph) => costOf(title, each).liveFloatsPerPixel;
  return live(split) <= (1 - LEAST_SPARED) * live(graph) ? split : graph;
}
