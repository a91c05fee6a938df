import { performance } from 'node:perf_hooks';
import type { Network } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import {
  isFlatAlpha,
  keepFlatAlpha,
  readAlpha,
  readColour,
  hasAlpha,
  pageOf,
  writeAlpha,
  writeColour,
} from '../tiles/planes.js';
import { turnSides, addTurnedBack, swapsAxes, turnPlanes, TURNS } from '../tiles/sides.js';
import type { ClosedSides, Rect } from '../../contract/tiles.js';
import { wrongWithTile } from '../tiles/verify.js';
import type { TileOrder, ToUpscale, TileSums, ToMeasure } from './messages.js';
import { shareOf } from '../tiles/grid.js';

/** Loads the network for tiles with these closed sides. */
export type NetworkFor = (closed: ClosedSides) => Promise<Network>;

interface Layer {
  readonly read: typeof readColour;
  readonly write: typeof writeColour;
}

/**
 * Reads one tile from the image, runs the network on its colour and, unless it is flat, on its alpha, and
 * writes the result.
 * @returns milliseconds in the network; undefined if the image was cancelled
 * @throws SrganError E_ENGINE; E_VERIFY if verification was requested and the result does not resemble its
 * source
 */
export async function runTile(
  image: ToUpscale,
  { page, tile }: TileOrder,
  networkFor: NetworkFor,
  floats: Floats,
): Promise<number | undefined> {
  const { core, window, covered, closed, halo } = tile;
  const { factor, title } = image.network;
  const source = pageOf(image.source, page);
  const result = pageOf(image.result, page);
  let inferMs = 0;

  const layers: Layer[] = [{ read: readColour, write: writeColour }];
  const withAlpha = hasAlpha(source);
  if (withAlpha && !isFlatAlpha(source, core)) layers.push({ read: readAlpha, write: writeAlpha });
  for (const [layer, { read, write }] of layers.entries()) {
    const direct = image.tta ? undefined : await enlargeDirectly(layer);
    if (direct === 'dropped') return undefined;
    if (direct !== undefined) {
      if (!direct) throw nonFinite();
      continue;
    }
    const planes = floats.take('planes', 3 * window.widthPx * window.heightPx);
    read(source, window, planes);
    const enlarged = image.tta
      ? await averageOfTurns(planes, TURNS * layer)
      : await infer(0, planes, window.widthPx, window.heightPx, layer);
    if (!enlarged) return undefined;
    if (!write(result, core, covered, factor, enlarged)) throw nonFinite();
  }
  if (withAlpha) keepFlatAlpha(source, result, core, factor);
  const wrong = image.verify ? wrongWithTile(source, result, core, factor) : undefined;
  if (wrong !== undefined) {
    const where = `${core.widthPx} × ${core.heightPx} pixels at ${core.xPx}, ${core.yPx}`;
    throw new SrganError('E_VERIFY', `${title}: the result of ${where} ${wrong}.`);
  }
  return inferMs;

  function nonFinite(): SrganError {
    const code = image.verify ? 'E_VERIFY' : 'E_ENGINE';
    return new SrganError(code, `${title}: returned values that are not finite.`);
  }

  /** Upscales pixels directly if the engine can; returns whether all values were finite. */
  async function enlargeDirectly(layer: number): Promise<boolean | 'dropped' | undefined> {
    if (Atomics.load(image.dropped, 0) !== 0) return 'dropped';
    const network = await networkFor(closed);
    if (!network.enlarge) return undefined;
    const startMs = performance.now();
    const givens = image.givens[page]?.[layer];
    const finite = network.enlarge({ source, result, window, core, alpha: layer === 1 }, givens);
    inferMs += performance.now() - startMs;
    return finite;
  }

  async function infer(turn: number, planes: Float32Array, widthPx: number, heightPx: number, run: number) {
    if (Atomics.load(image.dropped, 0) !== 0) return undefined;
    const network = await networkFor(turnSides(closed, turn));
    const startMs = performance.now();
    const givens = image.givens[page]?.[run];
    const enlarged = await network.run(planes, widthPx, heightPx, givens, halo && turnSides(halo, turn));
    inferMs += performance.now() - startMs;
    return enlarged;
  }

  async function averageOfTurns(planes: Float32Array, firstRun: number) {
    const { widthPx, heightPx } = window;
    const sum = floats.take('sum', 3 * covered.widthPx * covered.heightPx * factor ** 2).fill(0);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const turned = floats.take('turned', planes.length);
      turnPlanes(planes, widthPx, heightPx, turn, turned);
      const [acrossPx, downPx] = swapsAxes(turn) ? [heightPx, widthPx] : [widthPx, heightPx];
      const enlarged = await infer(turn, turned, acrossPx, downPx, firstRun + turn);
      if (!enlarged) return undefined;
      addTurnedBack(enlarged, covered.widthPx * factor, covered.heightPx * factor, turn, sum);
    }
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] as number) / TURNS;
    return sum;
  }
}

/**
 * Runs one step of the whole-image means on one tile: its colour and, if requested, its alpha, each in every
 * turn of --tta.
 * @returns undefined if the image was cancelled
 * @throws SrganError E_ENGINE
 */
export async function measureTile(
  image: ToMeasure,
  { page: pageIndex, tile }: TileOrder,
  network: Network,
  floats: Floats,
): Promise<{ sums: TileSums; inferMs: number } | undefined> {
  const { factor, title, alignPx = 1, features = { channels: 3, extraPx: 0 } } = image.network;
  const { core, window, covered, halo } = tile;
  const page = pageOf(image.source, pageIndex);
  const sums: Float64Array[] = [];
  let inferMs = 0;

  const layers = image.alpha ? [readColour, readAlpha] : [readColour];
  for (const read of layers) {
    const planes = floats.take('planes', 3 * window.widthPx * window.heightPx);
    for (let turn = 0; turn < (image.tta ? TURNS : 1); turn += 1) {
      if (Atomics.load(image.dropped, 0) !== 0) return undefined;
      // the network may modify its input
      read(page, window, planes);
      const turned = floats.take('turned', planes.length);
      turnPlanes(planes, window.widthPx, window.heightPx, turn, turned);
      const [acrossPx, downPx] = swapsAxes(turn)
        ? [window.heightPx, window.widthPx]
        : [window.widthPx, window.heightPx];
      const startMs = performance.now();
      const givens = image.givens[pageIndex]?.[sums.length];
      const values = await network.run(turned, acrossPx, downPx, givens, halo && turnSides(halo, turn));
      inferMs += performance.now() - startMs;
      const width = (swapsAxes(turn) ? covered.heightPx : covered.widthPx) * factor + features.extraPx;
      const share = shareOf(
        page,
        { core, window: covered },
        alignPx,
        { factor, extraPx: features.extraPx },
        turn,
      );
      sums.push(sumsOf(values, features.channels, width, share));
    }
  }
  if (sums.some((sum) => !sum.every(Number.isFinite))) {
    throw new SrganError('E_ENGINE', `${title}: returned values that are not finite.`);
  }
  return { sums, inferMs };
}

function sumsOf(values: Float32Array, channels: number, width: number, share: Rect): Float64Array {
  const area = values.length / channels;
  const sums = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    for (let y = share.yPx; y < share.yPx + share.heightPx; y += 1) {
      const from = channel * area + y * width + share.xPx;
      for (let at = from; at < from + share.widthPx; at += 1) sum += values[at] as number;
    }
    sums[channel] = sum;
  }
  return sums;
}

/** Float buffers that a worker reuses for each tile. */
export interface Floats {
  /** Returns `length` values with undefined content; invalidates what `name` returned before. */
  take(name: 'planes' | 'turned' | 'sum', length: number): Float32Array;
}

export function createFloats(): Floats {
  const held = new Map<string, Float32Array>();
  return {
    take(name, length) {
      let floats = held.get(name);
      if (!floats || floats.length < length) {
        floats = new Float32Array(length);
        held.set(name, floats);
      }
      return floats.subarray(0, length);
    },
  };
}
