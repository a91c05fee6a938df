import { costOf } from './cost.js';
import { foldLinear } from './fold-linear.js';
import { foldUpsample } from './fold-upsample.js';
import type { Graph } from './graph.js';
import { splitConcat } from './split-concat.js';

export interface Folded {
  /** Does less work than the network, and makes the same of every pixel. */
  readonly exact: Graph;
  /** Does still less, but differs where the zeros around inner tensors are felt; undefined where it is no less. */
  readonly interior: Graph | undefined;
}

/** A smaller gain of memory is not worth the sums that take the place of a concatenation. */
const LEAST_SPARED = 0.1;

export function fold(title: string, graph: Graph): Folded {
  const exact = foldUpsample(title, graph);
  const interior = foldLinear(title, exact);
  return {
    exact: sparing(title, exact),
    interior: interior === exact ? undefined : sparing(title, interior),
  };
}

function sparing(title: string, graph: Graph): Graph {
  const split = splitConcat(title, graph);
  const live = (each: Graph) => costOf(title, each).liveFloatsPerPixel;
  return live(split) <= (1 - LEAST_SPARED) * live(graph) ? split : graph;
}
