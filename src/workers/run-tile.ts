import { performance } from 'node:perf_hooks';
import type { Network } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import { isFlatAlpha, keepFlatAlpha } from '../tiles/alpha.js';
import { readAlpha, readColour, hasAlpha, pageOf, writeAlpha, writeColour } from '../tiles/planes.js';
import { addTurnedBack, swapsAxes, turnPlanes, TURNS } from '../tiles/turns.js';
import type { Floats } from './floats.js';
import type { EnlargedImage, TileOrder } from './messages.js';

interface Layer {
  readonly read: typeof readColour;
  readonly write: typeof writeColour;
}

/**
 * Reads one tile from the image, runs the network on its colour and, where it changes, on its alpha, and
 * writes the result.
 * @returns undefined where the image was dropped
 * @throws SrganError E_ENGINE
 */
export async function runTile(
  image: EnlargedImage,
  { page, tile }: TileOrder,
  network: Network,
  floats: Floats,
): Promise<{ inferMs: number } | undefined> {
  const { core, window } = tile;
  const { factor, title } = image.network;
  const source = pageOf(image.source, page);
  const result = pageOf(image.result, page);
  let inferMs = 0;

  const layers: Layer[] = [{ read: readColour, write: writeColour }];
  const withAlpha = hasAlpha(source);
  if (withAlpha && !isFlatAlpha(source, core)) layers.push({ read: readAlpha, write: writeAlpha });
  for (const [layer, { read, write }] of layers.entries()) {
    const planes = floats.take('planes', 3 * window.widthPx * window.heightPx);
    read(source, window, planes);
    const enlarged = image.tta
      ? await averageOfTurns(planes, TURNS * layer)
      : await infer(planes, window.widthPx, window.heightPx, layer);
    if (!enlarged) return undefined;
    if (!write(result, core, window, factor, enlarged)) {
      throw new SrganError('E_ENGINE', `${title}: gave values that are no numbers.`);
    }
  }
  if (withAlpha) keepFlatAlpha(source, result, core, factor);
  return { inferMs };

  async function infer(planes: Float32Array, widthPx: number, heightPx: number, run: number) {
    if (Atomics.load(image.dropped, 0) !== 0) return undefined;
    const startMs = performance.now();
    const enlarged = await network.run(planes, widthPx, heightPx, image.givens?.[page]?.[run]);
    inferMs += performance.now() - startMs;
    return enlarged;
  }

  async function averageOfTurns(planes: Float32Array, firstRun: number) {
    const { widthPx, heightPx } = window;
    const sum = floats.take('sum', planes.length * factor ** 2).fill(0);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const turned = floats.take('turned', planes.length);
      turnPlanes(planes, widthPx, heightPx, turn, turned);
      const [acrossPx, downPx] = swapsAxes(turn) ? [heightPx, widthPx] : [widthPx, heightPx];
      const enlarged = await infer(turned, acrossPx, downPx, firstRun + turn);
      if (!enlarged) return undefined;
      addTurnedBack(enlarged, widthPx * factor, heightPx * factor, turn, sum);
    }
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] as number) / TURNS;
    return sum;
  }
}
