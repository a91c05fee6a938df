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

/** A run with its workers, ready to flow; `close` gives everything back. */
export interface OpenRun extends Run {
  readonly retries: Retries;
  readonly survey: Survey;
  readonly ownShard: OwnShard;
  /** Images that are passed over, since their kind is not read. */
  readonly unread: UnreadKinds;
  /** How many sources may be in each stage at a time. */
  readonly bounds: Readonly<Record<StageName, number>>;
  /** Sources there are, where that is known before they are worked off. */
  readonly total: number | undefined;
  /** Of a dry run. */
  readonly estimate: Estimating | undefined;
  readonly onOutcome: PipeOptions['onOutcome'];
  stage<I, O>(name: StageName, bound: number, fallback: ErrorCode, work: Work<I, O>): Stage<I, O>;
  /** Takes no new source and finishes those in flight. */
  stop(reason: SrganError): void;
  close(): Promise<void>;
}

/** Images in flight between decode and write are at most the sum of the bounds from decode on, and chunkSize. */
export function stageBounds({
  threads,
  sequential,
}: Pick<Settings, 'threads' | 'sequential'>): Record<StageName, number> {
  if (sequential) return { plan: 1, decode: 1, upscale: 1, encode: 1, write: 1 };
  return { plan: 4, decode: threads + 1, upscale: 2 * threads + 2, encode: threads + 1, write: 4 };
}

/**
 * @param shared of a process that has several runs; otherwise the run has its own, and closes it
 * @param work of which results in a store are to tell themselves that they are
 * @throws SrganError where the options or the set-up make a run impossible
 */
export async function openRun(
  options: PipeOptions,
  watch?: Watch,
  shared?: Machinery,
  work?: string,
): Promise<OpenRun> {
  const asked = await resolveOptions(options);
  const tell = { note: options.onNote, detail: options.onDetail };
  const machinery =
    shared ??
    (await openMachinery(
      asked,
      (sentence) => tell.note?.(sentence),
      (sentence) => tell.detail?.(sentence),
    ));
  const stated = { ...asked, tile: asked.tile ?? machinery.tilePx };
  const { networks, tiles, buffers, budget, places, codec } = machinery;

  const stopped = new AbortController();
  const signal = options.signal ?? new AbortController().signal;
  const drain = AbortSignal.any([signal, stopped.signal, ...(options.drain ? [options.drain] : [])]);
  // a worker starts while the network is read, and the first image looked at and decoded
  if (!stated.dryRun) tiles.warm?.();
  try {
    return await open();
  } catch (error) {
    if (!shared) await machinery.close();
    throw error;
  }

  async function open(): Promise<OpenRun> {
    await machinery.check(stated.model);
    const spooled = await spoolWhereNeeded(stated, drain);
    const settings = spooled ? { ...stated, inputs: spooled.inputs, base: stated.base ?? '.' } : stated;
    const [keyOf, sweep] = [openPathKeys(settings), openSweep()];
    const storages = openStorages(settings, sweep);
    const looked = lookThrough({ settings, keyOf, storages, drain, watch }, options, work);
    const { surveyed, journal } = await looked.catch(async (error: unknown) => {
      storages.close();
      await spooled?.remove();
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
        if (!shared) await machinery.close();
        await journal?.close();
        storages.close();
        await spooled?.remove();
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

/** A source that comes late in a stream must not have been replaced by then. */
async function spoolWhereNeeded({ inputs, existing }: Settings, drain: AbortSignal) {
  return inputs.kind === 'list' && existing === 'overwrite' ? await spool(inputs, drain) : undefined;
}

/** What has to be known and open before the first image. */
async function lookThrough(
  {
    settings,
    keyOf,
    storages,
    drain,
    watch,
  }: Pick<Run, 'settings' | 'keyOf' | 'storages' | 'drain' | 'watch'>,
  options: PipeOptions,
  work: string | undefined,
) {
  const surveyed = await survey(settings, keyOf, drain, storages);
  if (surveyed.sources !== undefined) options.onTotal?.(surveyed.sources);
  const { out, dryRun } = settings;
  const storage = out === undefined ? undefined : await storages.of(out);
  if (out !== undefined && !dryRun && !leavesNothing(surveyed, settings)) await storage?.checkWritable(out);
  return { surveyed, journal: await journalOf({ settings, storages, watch }, options, surveyed, work) };
}

/** Where there is no source, nothing is left behind; but that a shard had none is to be seen. */
const leavesNothing = ({ sources }: Survey, { shard }: Settings) => sources === 0 && !shard;

/** What a process of this run began before it died goes on. */
async function journalOf(
  { settings, storages, watch }: Pick<Run, 'settings' | 'storages' | 'watch'>,
  options: PipeOptions,
  surveyed: Survey,
  work: string | undefined,
) {
  const { journal, resume } = settings;
  if (journal === undefined || leavesNothing(surveyed, settings)) return undefined;
  const begun = resume || watch?.before !== undefined;
  const asBegun = { ...settings, resume: begun };
  return await openJournal(journal, asBegun, options, surveyed.sources, storages, work);
}
