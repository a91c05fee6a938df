import type { NarrowedNetwork } from '../../../contract/engine.js';
import { inBlockedLayout } from '../../graph/passes/blocked-layout.js';
import { emitOnnx } from '../../graph/emit/emit-onnx.js';
import type { Graph } from '../../graph/graph.js';
import { narrowed } from '../../graph/passes/narrow-graph.js';
import { resampleAsConv } from '../../graph/passes/resample-as-conv.js';
import { haloOf } from '../../tiles/choose-grid.js';
import type { NetworkFacts } from '../network-file.js';

/** A network that takes its halo off step by step, or undefined where it is not known where it looks. */
export function narrowedNetwork(
  title: string,
  graph: Graph,
  facts: NetworkFacts,
): NarrowedNetwork | undefined {
  const { alignPx = 1 } = facts;
  const quick = inBlockedLayout(title, resampleAsConv(title, graph, alignPx));
  const haloPx = alignPx * Math.ceil(haloOf(facts) / alignPx);
  const made = narrowed(title, quick, haloPx, alignPx);
  if (!made) return undefined;
  const { narrowings, stages } = made;
  return { bytes: emitOnnx(made.graph), narrowings, stages, endPx: stages.at(-1)?.haloPx ?? haloPx };
}
