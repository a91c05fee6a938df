import path from 'node:path';
import type { Outcome } from '../../contract/job.js';
import type { PipeOptions } from '../../contract/options.js';
import { openMachinery } from '../../flow/machinery.js';
import { pipeWithin } from '../../flow/pipe.js';
import { resolveOptions } from '../../flow/settings.js';
import { SrganError } from '../../system/errors.js';
import { stat } from '../../system/files/fs.js';
import { openArrivals, type WatchRule } from './arrivals.js';

export interface WatchedDirectory {
  readonly directory: string;
  readonly out: string;
  readonly rule: Omit<WatchRule, 'out'>;
  /** Options of the pipeline. */
  readonly options: Omit<PipeOptions, 'inputs' | 'out' | 'base'>;
  /** When aborted, the images in flight are finished, then the watch ends. */
  readonly drain: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void | Promise<void>;
  readonly onNote: (sentence: string) => void;
  readonly onReady: () => void;
}

/** Sources per run. A run keeps every output path in memory, so a new run starts after this many. */
const MAX_SOURCES = 10_000;

/**
 * Upscales the files of a directory and those that arrive in it, until `drain` is aborted. The journal in `out` tells
 * later processes what is done, by checksums of sources and results, so a replaced file is processed again.
 * @throws SrganError E_USAGE, E_NOT_FOUND, and any error that makes a run impossible
 */
export async function watchDirectory(watched: WatchedDirectory): Promise<void> {
  const { directory, out, rule, options, drain, onOutcome, onNote, onReady } = watched;
  await checkDirectories(directory, out);
  const settings = await resolveOptions({ ...options, inputs: [], out });
  const machinery = await openMachinery(settings, onNote);
  const arrivals = openArrivals(directory, { ...rule, out }, { stop: drain, onReady, onProblem });
  try {
    while (!drain.aborted) await oneRun();
  } finally {
    await arrivals.close();
    await machinery.close();
  }

  /** Runs the pipeline until a file arrives a second time: one run rejects two sources with the same output. */
  async function oneRun(): Promise<void> {
    const flow = {
      ...options,
      inputs: { kind: 'iterable' as const, sources: sources() },
      base: path.resolve(directory),
      out,
      resume: true,
      drain,
      onOutcome,
      onNote,
    };
    await pipeWithin({ machinery }, flow).catch((error: unknown) => {
      if (!(error instanceof SrganError) || error.code !== 'E_NO_INPUT') throw error;
    });
  }

  async function* sources(): AsyncGenerator<string> {
    const seen = new Set<string>();
    while (seen.size < MAX_SOURCES) {
      const file = await arrivals.next();
      if (file === undefined) return;
      if (seen.has(file)) {
        arrivals.putBack(file);
        return;
      }
      // deleted while queued
      if (!(await isThere(file))) continue;
      seen.add(file);
      yield file;
    }
  }

  function onProblem(error: unknown): void {
    onNote(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const isThere = async (file: string) => (await stat(file).catch(() => undefined))?.isFile() ?? false;

async function checkDirectories(directory: string, out: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new SrganError('E_USAGE', `${directory}: is not a directory.`, {
      hint: 'Create it first, then run: srgan watch IN OUT.',
    });
  }
  const [from, to] = [path.resolve(directory), path.resolve(out)];
  if (from !== to) return;
  throw new SrganError('E_USAGE', `${directory}: the output directory must differ from the watched one.`, {
    hint: 'Use another output directory: srgan watch IN OUT.',
  });
}
