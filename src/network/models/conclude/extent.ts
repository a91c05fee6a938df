import type { NetworkFile } from '../../../contract/engine.js';
import { SrganError } from '../../../system/errors.js';
import { leastMultiple } from '../../graph/receptive-field.js';
import { haloOf } from '../../tiles/choose-grid.js';
import type { PageSize } from '../../../contract/tiles.js';
import type { Ranges } from '../probe/probe-ranges.js';
import { findReach, findReachWithin, findStep } from '../probe/reach.js';
import { findFactor, findSizes, type Sizes } from '../probe/sizes.js';
import type { Probe } from '../probe/planes-probe.js';
import type { StatedFacts } from './stated-facts.js';

/** How far a network looks, and which sizes it takes. */
export type Extent = Pick<NetworkFile, 'radiusPx' | 'feltPx' | 'alignPx' | 'windowPx'>;

/**
 * The factor, and the sizes that the network takes, by running it.
 * @param window the only size that it takes
 * @throws SrganError E_MODEL
 */
export async function concludeSizes(
  title: string,
  stated: StatedFacts,
  window: PageSize | undefined,
  probe: Probe,
): Promise<Sizes> {
  if (!window) return findSizes(title, probe, stated.multiple);
  return { factor: await findFactor(title, probe, sizeOf(window)), multiple: 1 };
}

/**
 * How far the network looks, by running it.
 * @throws SrganError E_MODEL
 */
export async function concludeExtent(
  title: string,
  stated: StatedFacts,
  { multiple }: Sizes,
  window: PageSize | undefined,
  probe: Probe,
  ranges: Ranges,
): Promise<Extent> {
  const { halo } = stated;
  if (window) {
    const radiusPx = halo ?? (await findReachWithin(probe, sizeOf(window), ranges));
    return { radiusPx, feltPx: radiusPx, windowPx: window };
  }
  const alignPx = stated.multiple ?? (await findStep(probe, multiple, ranges));
  const reach =
    halo === undefined ? await findReach(title, probe, alignPx, ranges) : { radiusPx: halo, feltPx: halo };
  return { ...reach, ...(alignPx > 1 && { alignPx }) };
}

/** What a network's operators tell of it, with what is stated. */
export function statedExtent(
  { halo, multiple = 1 }: StatedFacts,
  { radiusPx, alignPx = 1, feltPx = halo }: Extent,
  window: PageSize | undefined,
): Extent {
  const aligned = leastMultiple(alignPx, multiple);
  const felt = halo ?? feltPx;
  return {
    radiusPx,
    ...(aligned > 1 && { alignPx: aligned }),
    ...(felt !== undefined && { feltPx: felt }),
    ...(window && { windowPx: window }),
  };
}

/** @throws SrganError E_MODEL where the network does not enlarge as it is stated */
export function checkFactor(title: string, stated: number | undefined, factor: number): void {
  if (stated === undefined || stated === factor) return;
  const made = factor === 1 ? 'keeps the size of images' : `makes images ${factor} times larger`;
  const sentence = `${title}: the factor ${stated} is stated, but the network ${made}.`;
  throw new SrganError('E_MODEL', sentence);
}

/** @throws SrganError E_MODEL where the halo leaves nothing of the only size that the network takes */
export function checkHalo(title: string, extent: Extent): void {
  const { windowPx } = extent;
  const haloPx = haloOf(extent);
  if (!windowPx || 2 * haloPx < Math.min(windowPx.widthPx, windowPx.heightPx)) return;
  const tile = `${windowPx.widthPx} × ${windowPx.heightPx} pixels`;
  throw new SrganError(
    'E_MODEL',
    `${title}: a halo of ${haloPx} pixels leaves nothing of a tile of ${tile}.`,
    {
      hint: 'State a smaller one in a file beside it: {"halo": 16}.',
    },
  );
}

export function sizeOf({ widthPx: width, heightPx: height }: PageSize) {
  return { width, height };
}

/** Some size that a network takes which takes multiples of a number. */
export function blocksOf(multiple: number) {
  const side = multiple * Math.ceil(64 / multiple);
  return { width: side, height: side };
}
