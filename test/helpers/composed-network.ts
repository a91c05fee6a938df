import type { NetworkFile } from '../../src/engines/engine.js';

/** The network as if its exact form were dear, so that the composed one is used wherever it can be. */
export function composedNetwork(network: NetworkFile): NetworkFile {
  const { exact, composed } = network.tiled!;
  const dear = { perPixel: 1e12, perWidthPx: 0, perHeightPx: 0, once: 0 };
  const bySides = exact.bySides.map((form) => ({ ...form, work: dear }));
  return { ...network, tiled: { exact: { ...exact, bySides }, composed: composed! } };
}
