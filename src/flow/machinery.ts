import pLimit, { type LimitFunction } from 'p-limit';
import { createBudget } from '../system/budget.js';
import { prepareEngine } from '../network/engines/select.js';
import { runsOn } from '../network/engines/default-engine.js';
import { networkIdentity, openNetworks } from '../network/models/networks.js';
import type { Settings } from '../contract/options.js';
import type { Run } from './run.js';
import { createBuffers } from '../network/workers/buffers.js';
import { openTilePool } from '../network/workers/pool.js';

/** Networks, workers and the memory for images, which several runs can share at once or in succession. */
export interface Machinery extends Pick<
  Run,
  'networks' | 'tiles' | 'buffers' | 'budget' | 'places' | 'codec'
> {
  /** Default side of a tile for the engine, in pixels. */
  readonly tilePx: number | undefined;
  /**
   * Loads the network named for all images, so that a wrong name fails before any work.
   * @returns the identity of the network, independent of where the results are stored
   * @throws SrganError E_MODEL
   */
  check(model: string): Promise<string>;
  close(): Promise<void>;
}

export type MachinerySettings = Pick<
  Settings,
  'engine' | 'device' | 'fold' | 'threads' | 'maxMemory' | 'chunkSize' | 'maxOpenFiles'
>;

/** Idle buffers that are retained between images; allocating larger ones costs little beside filling them. */
const MAX_IDLE_BYTES = 64 * 2 ** 20;

/** Bytes of pixels in flight that keep all workers busy. */
function ampleBytes(threads: number): number {
  return (64 + 32 * threads) * 2 ** 20;
}

/**
 * Opens networks and workers; workers start with the first tile.
 * @param onNote receives a sentence where the engine differs from the requested one, or a property of a network was
 *   guessed
 * @param onDetail receives a sentence on which engine runs the network, and why
 * @throws SrganError E_ENGINE
 */
export async function openMachinery(
  settings: MachinerySettings,
  onNote: (sentence: string) => void = () => undefined,
  onDetail: (sentence: string) => void = () => undefined,
): Promise<Machinery> {
  const { engine, device, fold, threads, maxMemory, chunkSize } = settings;
  const prepared = await prepareEngine({ engine, device }, threads);
  const inFull = openNetworks({ ...prepared.settings, fold: fold && prepared.folds }, onNote);
  const buffers = createBuffers(Math.min(maxMemory, MAX_IDLE_BYTES));
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

/** Estimated numbers of open files. */
const FILES = { program: 40, worker: 8, image: 6 };

/** Returns how many images may be in flight within the limit of open files, at least one. */
export function placesWithin({ maxOpenFiles, threads }: Pick<Settings, 'maxOpenFiles' | 'threads'>): number {
  const left = maxOpenFiles - FILES.program - FILES.worker * threads;
  return Math.max(1, Math.floor(left / FILES.image));
}
