import type { NetworkFile } from '../../src/engines/engine.js';

/** The network as if its interior form cost nothing, so that it is used on images of any size. */
export function framedNetwork(network: NetworkFile): NetworkFile {
  const { exact, interior } = network.tiled!;
  const work = { perPixel: 1e-3, perEdgePixel: 0, perCorner: 0 };
  const dear = { perPixel: 1e12, perEdgePixel: 0, perCorner: 0 };
  return { ...network, tiled: { exact: { ...exact, work: dear }, interior: { ...interior!, work } } };
}
