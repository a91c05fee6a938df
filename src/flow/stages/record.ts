import { SrganError } from '../../system/errors.js';
import { isBrokenList } from '../../places/find/draft.js';
import type { Outcome, Written } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Run } from '../run.js';
import type { Estimating } from '../plan/estimate.js';
import { openTally, type Summary, type Tally } from '../summary.js';
import type { OwnShard, Survey } from './survey.js';
import type { UnreadKinds } from '../../places/find/image-names.js';
import { outcomeOf } from '../outcome.js';
import type { Flight, Ticket } from '../ticket.js';

/** The part of a run that `record` needs. */
export interface Recording extends Pick<
  Run,
  'tiles' | 'budget' | 'buffers' | 'journal' | 'drain' | 'watch' | 'retries'
> {
  /** Of a dry run. */
  readonly estimate?: Estimating | undefined;
  readonly settings: Pick<Settings, 'maxFailures' | 'threads'> & Partial<Pick<Settings, 'shard'>>;
  readonly unread?: Pick<UnreadKinds, 'counts'>;
  readonly ownShard?: Pick<OwnShard, 'others'>;
  readonly onOutcome?: ((outcome: Outcome) => void | Promise<void>) | undefined;
  readonly survey: Pick<Survey, 'sources'>;
  /** Takes no new source; the remaining ones arrive as cancelled. */
  stop(reason: SrganError): void;
}

/**
 * The end of the flow: reports one outcome per source. It awaits `onOutcome`, so a slow consumer slows down the whole
 * run (backpressure) and nothing accumulates.
 */
export function record(run: Recording): (flights: AsyncIterable<Flight<Written>>) => Promise<Summary> {
  return async (flights) => {
    const tally = openTally(run.watch?.before?.sofar?.tally);
    let stopped: SrganError | undefined;
    let brokenLists = 0;
    const stop = (reason: SrganError) => {
      if (stopped) return;
      stopped = reason;
      run.stop(reason);
    };
    // what was not journalled would be done again by a resumed run; images in flight are finished
    const noted = async (line: Promise<void> | undefined) => {
      await line?.catch((error: unknown) => {
        if (!(error instanceof SrganError)) throw error;
        stop(error);
      });
    };
    const take = async (ticket: Ticket) => {
      const outcome = outcomeOf(ticket);
      ticket.release();
      if (run.retries?.takeBack(ticket)) return;
      if (isBrokenList(ticket.source)) brokenLists += 1;
      tally.add(outcome);
      run.watch?.counted(tally.state(run.tiles.stats));
      await run.estimate?.add(outcome);
      await noted(run.journal?.record(outcome, ticket));
      await run.onOutcome?.(outcome);
      if (tooManyFailures(tally, run)) stop(new SrganError('E_TOO_MANY_FAILURES', sentence(tally.failed)));
    };
    for await (const { ticket } of flights) {
      await take(ticket).catch((error: unknown) => {
        // the flow is closed from here to its head, which must not wait for ends that are never reported
        run.retries?.close();
        throw error;
      });
    }
    const summary = tally.close({
      threads: run.settings.threads,
      pool: run.tiles.stats,
      budget: run.budget,
      buffers: run.buffers.stats,
      total: run.survey.sources,
      shard: run.settings.shard && { ...run.settings.shard, others: run.ownShard?.others ?? 0 },
      unread: run.unread?.counts,
      estimate: await run.estimate?.close(),
      stopped: reasonOf(stopped),
    });
    await noted(run.journal?.end(summary, { complete: brokenLists === 0 && isComplete(summary, run) }));
    return stopped ? { ...summary, stopped: reasonOf(stopped), exitStatus: 1 } : summary;
  };
}

/** Whether every source has ended; where their number is unknown, some may not have been seen. */
function isComplete({ sources, counts }: Summary, { survey, drain }: Recording): boolean {
  return counts.cancelled === 0 && (!drain.aborted || sources === survey.sources);
}

/** Number of ended sources from which on a share of an unknown total is meaningful. */
const SHARE_COUNTS_FROM = 100;

function tooManyFailures({ failed, ended }: Tally, { settings, survey }: Recording): boolean {
  const limit = settings.maxFailures;
  if (!limit || failed === 0) return false;
  if ('count' in limit) return failed > limit.count;
  if (survey.sources !== undefined) return failed > limit.share * survey.sources;
  return ended >= SHARE_COUNTS_FROM && failed > limit.share * ended;
}

const reasonOf = (error: SrganError | undefined) => error && { code: error.code, message: error.message };

const sentence = (failed: number) =>
  failed === 1
    ? 'Stopped at the first failure, as asked.'
    : `Stopped after ${failed} failures, more than --max-failures allows.`;
