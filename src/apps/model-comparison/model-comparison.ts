import { mkdir, mkdtemp, rm } from '../../system/files/fs.js';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { asSrganError, SrganError } from '../../system/errors.js';
import type { Source } from '../../contract/job.js';
import { thisMachine, type Machine } from '../../report/measured-machine.js';
import { writeFailure } from '../../system/files/write-files.js';
import { untrackTempPath, trackTempPath } from '../../system/files/temp-files.js';
import { chooseImages } from './choose-images.js';
import { openContest, type Contest } from './contenders.js';
import { openCrops, type Crop } from './crops.js';
import { measureAll, type Result, type Step } from './measure-contender.js';
import { cellFor } from './cut.js';
import { prepare, type Prepared } from './prepare-original.js';
import {
  resolveModelComparison,
  type ModelComparisonOptions,
  type ModelComparisonSettings,
} from './comparison-settings.js';

/** Everything that a comparison of networks found out. */
export interface ModelComparison {
  readonly machine: Machine;
  readonly startedAt: Date;
  readonly elapsedMs: number;
  readonly settings: ModelComparisonSettings;
  readonly scale: number;
  /** Images that the sources name, of which `images` and `failures` were taken. */
  readonly found: number;
  readonly images: readonly Prepared[];
  /** One for each image that could not be compared. */
  readonly failures: readonly SrganError[];
  /** One for each contender, the baseline first. */
  readonly results: readonly Result[];
  readonly crops: readonly Crop[];
}

export interface Tools {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** For each image that cannot be compared, at once. */
  readonly onFailure?: (failure: SrganError) => void;
}

/**
 * Makes images small, lets networks enlarge them again, and measures how near each comes to the originals, how long it
 * takes and how much memory. What is written meanwhile lies in the system's temporary directory and is removed.
 * @throws SrganError E_USAGE, E_MODEL, E_NO_INPUT, E_WRITE, E_NOSPC; E_CANCELLED where the signal aborted; where no
 *   image at all can be compared, with the code of the first
 */
export async function compareModels(
  options: ModelComparisonOptions,
  { signal = new AbortController().signal, onStep, onFailure }: Tools = {},
): Promise<ModelComparison> {
  const startMs = performance.now();
  const settings = await resolveModelComparison(options);
  const contest = await openContest(settings);
  const [machine, startedAt] = [await thisMachine(), new Date()];
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-models-')).catch((cause: unknown) => {
    throw writeFailure(tmpdir(), cause);
  });
  trackTempPath(directory);
  try {
    const { sources, found } = await chooseImages(settings.sources, settings.limit, signal);
    const { images, failures } = await prepareAll(sources, directory, contest, settings, signal, onFailure);
    const crops = settings.crops > 0 ? openCrops(images, contest.scale, settings.crops) : undefined;
    const results = await measureAll(directory, images, contest, settings, {
      signal,
      onStep,
      ...(crops && { cellPx: cellFor(contest.scale), onResults: (...made) => crops.take(...made) }),
    });
    return {
      machine,
      startedAt,
      elapsedMs: performance.now() - startMs,
      settings,
      scale: contest.scale,
      found,
      images,
      failures,
      results,
      crops: (await crops?.close()) ?? [],
    };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SrganError('E_CANCELLED', 'The comparison was interrupted.', { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    untrackTempPath(directory);
  }
}

async function prepareAll(
  sources: readonly Source[],
  directory: string,
  { scale }: Contest,
  { downscale: filter }: ModelComparisonSettings,
  signal: AbortSignal,
  onFailure: Tools['onFailure'],
) {
  const images: Prepared[] = [];
  const failures: SrganError[] = [];
  const small = path.join(directory, 'small');
  await mkdir(small);
  for (const source of sources) {
    signal.throwIfAborted();
    try {
      images.push(await prepare(source, images.length, small, { scale, filter }));
    } catch (error) {
      const failure = asSrganError(error, 'E_INTERNAL', `${source.path}: it could not be made small.`);
      // what cannot be written for one image cannot be for the next
      if (failure.code === 'E_WRITE' || failure.code === 'E_NOSPC') throw failure;
      failures.push(failure);
      onFailure?.(failure);
    }
  }
  const [first] = failures;
  if (images.length === 0 && first) throw new SrganError(first.code, 'No image is left to be compared.');
  return { images, failures };
}
