import pLimit, { type LimitFunction } from 'p-limit';
import { createBudget } from '../system/budget.js';
import { prepareEngine } from '../network/engines/select.js';
import { runsOn } from '../network/engines/default-engine.js';
import { networkIdentity, openNetworks } from '../network/models/networks.js';
import type { Settings } from '../contract/options.js';
import type { Run } from './run.js';
import { createBuffers } from '../network/workers/buffers.js';
import { openTilePool } from '../network/workers/pool.js';

/** What runs can share, one after the other or side by side: networks, workers, and the memory for images. */
export interface Machinery extends Pick<
  Run,
  'networks' | 'tiles' | 'buffers' | 'budget' | 'places' | 'codec'
> {
  /** Side of a tile that suits the engine, where none is asked for. */
  readonly tilePx: number | undefined;
  /**
   * Reads the network named for all images, so that a wrong name costs nothing.
   * @returns what is the same wherever the results are
   * @throws SrganError E_MODEL
   */
  check(model: string): Promise<string>;
  close(): Promise<void>;
}

/** As much of the settings as it depends on. */
export type MachinerySettings = Pick<
  Settings,
  'engine' | 'device' | 'fold' | 'threads' | 'maxMemory' | 'chunkSize' | 'maxOpenFiles'
>;

/** Buffers between images: what is larger is quickly made anew, beside what it takes to fill it. */
const MOST_IDLE_BYTES = 64 * 2 ** 20;

/** Of pixels in flight, with which no worker waits for an image. */
function ampleBytes(threads: number): number {
  return (64 + 32 * threads) * 2 ** 20;
}

/**
 * Workers start when there is a tile for them.
 * @param onNote told in a sentence what the engine runs on, where that is not what was asked for, and what was
 *   guessed of a network
 * @param onDetail told what the networks run on, and why
 * @throws SrganError E_ENGINE
 */
export async function openMachinery(
  settings: MachinerySettings,
  onNote: (sentence: string) => void,
  onDetail: (sentence: string) => void = () => undefined,
): Promise<Machinery> {
  const { engine, device, fold, threads, maxMemory, chunkSize } = settings;
  const prepared = await prepareEngine({ engine, device }, threads);
  const inFull = openNetworks({ ...prepared.settings, fold: fold && prepared.folds }, onNote);
  const buffers = createBuffers(Math.min(maxMemory, MOST_IDLE_BYTES));
  const tiles = openTilePool(prepared.workers, prepared.settings, buffers);
  const places: LimitFunction = pLimit(Math.min(chunkSize, placesWithin(settings)));
  let noted = false;

  return {
    networks: inFull,
    tilePx: prepared.tilePx,
    tiles,
    buffers,
    budget: createBudget(maxMemory, Math.min(maxMemory, ampleBytes(threads))),
    places,
    codec: pLimit(threads),
    async check(model) {
      const family = await inFull.describe(model);
      const file = await inFull.load(model, family.defaultFactor);
      if (prepared.note !== undefined && !noted) onNote(prepared.note);
      if (!noted) onDetail(`${file.title} runs on ${runsOn(prepared.settings.engine, file)}.`);
      noted = true;
      return await networkIdentity(inFull, model);
    },
    close: () => tiles.close(),
  };
}

/** Of the files that may be open: those of the program and of each worker, then of each image. */
const FILES = { program: 40, worker: 8, image: 6 };

/** @returns how many images may be in flight, at least one */
export function placesWithin({ maxOpenFiles, threads }: Pick<Settings, 'maxOpenFiles' | 'threads'>): number {
  const left = maxOpenFiles - FILES.program - FILES.worker * threads;
  return Math.max(1, Math.floor(left / FILES.image));
}
