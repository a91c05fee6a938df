import { foldLinear } from './fold-linear.js';
import { foldUpsample } from './fold-upsample.js';
import type { Graph } from './graph.js';

export interface Folded {
  /** Does less work than the network, and makes the same of every pixel. */
  readonly exact: Graph;
  /** Does still less, but differs where the zeros around inner tensors are felt; undefined where it is no less. */
  readonly interior: Graph | undefined;
}

export function fold(title: string, graph: Graph): Folded {
  const exact = foldUpsample(title, graph);
  const interior = foldLinear(title, exact);
  return { exact, interior: interior === exact ? undefined : interior };
}
