import type { NetworkFile } from '../engines/engine.js';
import type { Graph } from '../graph/graph.js';
import { haloOf, MOST_HALO_PX } from '../tiles/choose.js';
import { networkFile, type NetworkFacts } from './network-file.js';
import { tiledNetwork } from './tiled-network.js';
import { wholeImageMeans } from './whole-image-means.js';

/**
 * A network whose graph is known, with all that can be made of it for tiles.
 * @param bytes the graph as ONNX
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export function graphNetwork(
  title: string,
  graph: Graph,
  bytes: Uint8Array<SharedArrayBuffer>,
  facts: NetworkFacts,
  fold: boolean,
): NetworkFile {
  const { radiusPx, alignPx = 1, windowPx } = facts;
  // what was stated of tiles holds for the network alone
  const free = alignPx === 1 && !windowPx && haloOf(facts) >= Math.min(radiusPx, MOST_HALO_PX);
  const tiled = fold && free ? tiledNetwork(title, graph, radiusPx) : undefined;
  const means = windowPx ? undefined : wholeImageMeans(title, graph, facts);
  return networkFile(title, bytes, facts, { tiled, means });
}
