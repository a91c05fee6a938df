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
import type { ClosedSides } from '../../contract/tiles.js';
import { wrongWithTile } from '../tiles/verify.js';
import type { Floats } from './floats.js';
import type { TileOrder, ToUpscale } from './messages.js';

/** The network for tiles at these sides of an image. */
export type NetworkFor = (closed: ClosedSides) => Promise<Network>;

interface Layer {
  readonly read: typeof readColour;
  readonly write: typeof writeColour;
}

/**
 * Reads one tile from the image, runs the network on its colour and, where it changes, on its alpha, and
 * writes the result.
 * @returns undefined where the image was dropped
 * @throws SrganError E_ENGINE; E_VERIFY where the result was to be compared with its source, and is not like it
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
      if (!direct) throw noNumbers();
      continue;
    }
    const planes = floats.take('planes', 3 * window.widthPx * window.heightPx);
    read(source, window, planes);
    const enlarged = image.tta
      ? await averageOfTurns(planes, TURNS * layer)
      : await infer(0, planes, window.widthPx, window.heightPx, layer);
    if (!enlarged) return undefined;
    if (!write(result, core, covered, factor, enlarged)) throw noNumbers();
  }
  if (withAlpha) keepFlatAlpha(source, result, core, factor);
  const wrong = image.verify ? wrongWithTile(source, result, core, factor) : undefined;
  if (wrong !== undefined) {
    const where = `${core.widthPx} × ${core.heightPx} pixels at ${core.xPx}, ${core.yPx}`;
    throw new SrganError('E_VERIFY', `${title}: what it made of ${where} ${wrong}.`);
  }
  return inferMs;

  function noNumbers(): SrganError {
    const code = image.verify ? 'E_VERIFY' : 'E_ENGINE';
    return new SrganError(code, `${title}: gave values that are no numbers.`);
  }

  /** Pixels into pixels, where the engine does that; whether all values were numbers. */
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
