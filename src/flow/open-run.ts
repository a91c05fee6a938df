import { SrganError, type ErrorCode } from '../system/errors.js';
import { STAGES, type StageName } from '../contract/job.js';
import { openUnreadKinds, type UnreadKinds } from '../places/find/image-names.js';
import { spool } from '../places/find/lists.js';
import { openJournal } from './journal/journal.js';
import { openSweep } from '../system/files/left-over.js';
import { openMachinery, type Machinery } from './machinery.js';
import type { PipeOptions, Settings } from '../contract/options.js';
import { resolveOptions } from './settings.js';
import type { Run } from './run.js';
import { openEstimate, type Estimating } from './plan/estimate.js';
import { openPathKeys } from './plan/path-keys.js';
import { openOwnShard, type OwnShard, survey, type Survey } from './stages/survey.js';
import { openRetries, type Retries } from './stages/retry.js';
import { stage, type Stage, type Work } from './stages/stage.js';
import type { Watch } from './watch/watch.js';
import { isRemote } from '../system/files/address.js';
import { openScratch } from '../places/storage/scratch.js';
import { openStorages } from '../places/storage/storages.js';

/** A run with its workers, ready to flow; `close` releases everything. */
export interface OpenRun extends Run {
  readonly retries: Retries;
  readonly survey: Survey;
  readonly ownShard: OwnShard;
  /** Counts files that are passed over because their format is not read. */
  readonly unread: UnreadKinds;
  /** How many sources may be in each stage at a time. */
  readonly bounds: Readonly<Record<StageName, number>>;
  /** Number of sources, where it is known in advance. */
  readonly total: number | undefined;
  /** Set in a dry run. */
  readonly estimate: Estimating | undefined;
  readonly onOutcome: PipeOptions['onOutcome'];
  stage<I, O>(name: StageName, bound: number, fallback: ErrorCode, work: Work<I, O>): Stage<I, O>;
  /** Takes no new source and finishes those in flight. */
  stop(reason: SrganError): void;
  close(): Promise<void>;
}

/** What a program that embeds runs gives to each of them; everything is optional. */
export interface RunContext {
  /** Notes for the process that continues this run if it dies. */
  readonly watch?: Watch | undefined;
  /** Networks and workers that several runs share; a run without them opens its own, and closes it. */
  readonly machinery?: Machinery | undefined;
  /** Identity that results in an object store carry, so that they are recognised without the journal. */
  readonly work?: string | undefined;
}

/** Images in flight between decode and write are at most the sum of the bounds from decode on, and chunkSize. */
export function stageBounds({
  threads,
  sequential,
}: Pick<Settings, 'threads' | 'sequential'>): Record<StageName, number> {
  if (sequential) return { plan: 1, decode: 1, upscale: 1, encode: 1, write: 1 };
  return { plan: 4, decode: threads + 1, upscale: 2 * threads + 2, encode: threads + 1, write: 4 };
}

/** @throws SrganError where the options or the set-up make a run impossible */
export async function openRun(options: PipeOptions, context: RunContext = {}): Promise<OpenRun> {
  const asked = await resolveOptions(options);
  const machinery = context.machinery ?? (await openMachinery(asked, options.onNote, options.onDetail));
  const closeOwn = async () => (context.machinery ? undefined : await machinery.close());
  const stated = { ...asked, tile: asked.tile ?? machinery.tilePx };
  const { watch } = context;
  const { networks, tiles, buffers, budget, places, codec } = machinery;

  const stopped = new AbortController();
  const signal = options.signal ?? new AbortController().signal;
  const drain = AbortSignal.any([signal, stopped.signal, ...(options.drain ? [options.drain] : [])]);
  // a worker starts while the network is read, and the first image looked at and decoded
  if (!stated.dryRun) tiles.warm?.();
  try {
    return await open();
  } catch (error) {
    await closeOwn();
    throw error;
  }

  async function open(): Promise<OpenRun> {
    await machinery.check(stated.model);
    const spooled = await spoolWhereNeeded(stated, drain);
    const settings = spooled ? { ...stated, inputs: spooled.inputs, base: stated.base ?? '.' } : stated;
    const [keyOf, sweep] = [openPathKeys(settings), openSweep()];
    const storages = openStorages(settings, sweep);
    const closeOpened = async () => {
      storages.close();
      await spooled?.remove();
    };
    const looked = lookThrough({ settings, keyOf, storages, drain }, options, context);
    const { surveyed, journal } = await looked.catch(async (error: unknown) => {
      await closeOpened();
      throw error;
    });
    if (stated.journal !== undefined && options.journal === undefined && isRemote(stated.out ?? ''))
      options.onDetail?.(`The journal is ${stated.journal}.`);
    watch?.opened(settings.journal);
    const bounds = stageBounds(settings);

    const run = {
      settings,
      signal,
      drain,
      budget,
      places,
      codec,
      networks,
      tiles,
      buffers,
      journal,
      keyOf,
      sweep,
      storages,
      scratch: openScratch(storages, sweep),
      retries: openRetries(settings.retries, drain),
      watch,
      survey: surveyed,
      ownShard: openOwnShard(settings, surveyed),
      unread: openUnreadKinds(),
      total: surveyed.sources,
      bounds,
      estimate: undefined,
      onOutcome: options.onOutcome,
      stage: (name, bound, fallback, work) =>
        stage(name, bound, fallback, (ticket) => refusal(name) ?? ticket.late, work),
      stop: (reason) => stopped.abort(reason),
      async close() {
        await closeOwn();
        await journal?.close();
        await closeOpened();
      },
    } satisfies OpenRun;
    if (!settings.dryRun) return run;
    const inFlight = bounds.decode + bounds.upscale + bounds.encode + bounds.write;
    return { ...run, estimate: openEstimate(run, inFlight) };
  }

  function refusal(name: StageName): SrganError | undefined {
    const begun = STAGES.indexOf(name) > STAGES.indexOf('upscale');
    if (!signal.aborted && (begun || !drain.aborted)) return undefined;
    return new SrganError('E_CANCELLED', 'The run was stopped before this image was done.');
  }
}

/** Copies a list of sources to disk where results may overwrite sources that come later in it. */
async function spoolWhereNeeded({ inputs, existing }: Settings, drain: AbortSignal) {
  return inputs.kind === 'list' && existing === 'overwrite' ? await spool(inputs, drain) : undefined;
}

/** Surveys the sources, checks the output directory and opens the journal, before the first image. */
async function lookThrough(
  { settings, keyOf, storages, drain }: Pick<Run, 'settings' | 'keyOf' | 'storages' | 'drain'>,
  options: PipeOptions,
  { watch, work }: RunContext,
) {
  const surveyed = await survey(settings, keyOf, drain, storages);
  const { sources } = surveyed;
  if (sources !== undefined) options.onTotal?.(sources);
  const { out, dryRun, journal } = settings;
  const storage = out === undefined ? undefined : await storages.of(out);
  // a run without sources leaves nothing behind; but a shard leaves a journal that says so
  if (sources === 0 && !settings.shard) return { surveyed, journal: undefined };
  if (out !== undefined && !dryRun) await storage?.checkWritable(out);
  if (journal === undefined) return { surveyed, journal: undefined };
  // what an earlier process of this run began is continued
  const resume = settings.resume || watch?.before !== undefined;
  const opened = await openJournal(journal, { ...settings, resume }, options, sources, storages, work);
  return { surveyed, journal: opened };
}
