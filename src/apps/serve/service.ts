import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { mkdir, rm } from '../../system/files/fs.js';
import type { Outcome } from '../../contract/job.js';
import { openMachinery, type Machinery } from '../../flow/machinery.js';
import { pipeWithin } from '../../flow/pipe.js';
import { resolveOptions } from '../../flow/settings.js';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { openDiskQuota, type DiskQuota } from './guard.js';
import { openFairQueue, type FairQueue } from './fair-queue.js';
import { overDefaults, type ImageOptions } from './image-options.js';
import { serviceMetrics, type ServiceMetrics } from './metrics.js';
import type { ServeSettings } from './serve-options.js';

/** What all requests share: the networks and workers, the queue before them, and the disk. */
export interface Service {
  readonly settings: ServeSettings;
  readonly machinery: Machinery;
  readonly queue: FairQueue;
  readonly quota: DiskQuota;
  readonly metrics: ServiceMetrics;
  readonly directory: DataDirectory;
  /** Aborted: nothing new is begun. */
  readonly drain: AbortSignal;
  readonly say: (sentence: string) => void;
  close(): Promise<void>;
}

/** Images in the flow at a time: as many as keep all its stages busy, and one per worker that waits. */
const placesFor = (threads: number) => 3 * threads + 4;

/**
 * Loads the network that stands where a request names none, so that a wrong one costs the start and no request.
 * @throws SrganError E_USAGE, E_MODEL, E_ENGINE, E_OUT_DIR
 */
export async function openService(
  settings: ServeSettings,
  { drain, say }: Pick<Service, 'drain' | 'say'>,
): Promise<Service> {
  const filled = await resolveOptions({ inputs: [], ...settings.image });
  const directory = await openDataDirectory(settings.data);
  let machinery: Machinery | undefined;
  try {
    machinery = await openMachinery(filled, say);
    await machinery.check(filled.model);
  } catch (error) {
    await machinery?.close();
    directory.close();
    throw error;
  }
  const opened = machinery;
  const queue = openFairQueue({ places: placesFor(settings.threads), maxWaiting: settings.maxQueue });
  const quota = openDiskQuota(settings.maxDisk);
  return {
    settings,
    machinery: opened,
    queue,
    quota,
    metrics: serviceMetrics(queue, quota),
    directory,
    drain,
    say,
    async close() {
      await opened.close();
      directory.close();
    },
  };
}

/** A directory for one request, which nobody can guess the name of; `remove` takes all in it away. */
export async function requestDirectory({ directory }: Pick<Service, 'directory'>) {
  const place = path.join(directory.requests, randomBytes(12).toString('hex'));
  await mkdir(place, { mode: 0o700 });
  return { path: place, remove: () => rm(place, { recursive: true, force: true }) };
}

/** Upscales one file through the flow, on what all requests share; the result is `result.EXT` in `directory`. */
export async function upscaleFile(
  { machinery, settings }: Pick<Service, 'machinery' | 'settings'>,
  source: string,
  directory: string,
  options: ImageOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  let end: Outcome | undefined;
  await pipeWithin(
    { machinery },
    {
      inputs: { kind: 'iterable', sources: [source] },
      base: path.dirname(source),
      out: directory,
      name: 'result.{ext}',
      ...overDefaults(settings.image, options),
      fsync: false,
      signal,
      onOutcome: (outcome) => void (end = outcome),
    },
  );
  signal.throwIfAborted();
  if (!end) throw new Error('an image ended without an outcome');
  return end;
}
