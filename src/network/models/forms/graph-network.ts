import type { NetworkFile } from '../../../contract/engine.js';
import type { Graph } from '../../graph/graph.js';
import { haloOf, MAX_HALO_PX } from '../../tiles/choose-grid.js';
import { narrowedNetwork } from './narrowed-network.js';
import { networkFile, type NetworkFacts } from '../network-file.js';
import { tiledNetwork } from './tiled-network.js';
import { wholeImageMeans } from './whole-image-means.js';

/** Which forms for tiles are made beside the network: none, those that fold, or those that only spare halos, too. */
export type TileForms = 'none' | 'folded' | 'all';

/**
 * A network whose graph is known, with all that can be made of it for tiles.
 * @param bytes the graph as ONNX
 * @throws SrganError E_MODEL
 */
export function graphNetwork(
  title: string,
  graph: Graph,
  bytes: Uint8Array<SharedArrayBuffer>,
  facts: NetworkFacts,
  forms: TileForms,
): NetworkFile {
  const { radiusPx, alignPx = 1, windowPx } = facts;
  // what was stated of tiles holds for the network alone
  const free = alignPx === 1 && !windowPx && haloOf(facts) >= Math.min(radiusPx, MAX_HALO_PX);
  const narrowed = forms === 'all' && !windowPx ? narrowedNetwork(title, graph, facts) : undefined;
  const tiled = forms !== 'none' && free ? tiledNetwork(title, graph, radiusPx) : undefined;
  const means = windowPx ? undefined : wholeImageMeans(title, graph, facts, forms === 'all');
  return networkFile(title, bytes, facts, { narrowed, tiled, means });
}
