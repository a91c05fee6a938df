import { SrganError } from '../errors.js';
import type { Outcome, Written } from '../job.js';
import type { Settings } from '../options.js';
import type { Run } from '../run.js';
import type { Estimating } from '../plan/estimate.js';
import { openTally, type Summary, type Tally } from '../reports/summary.js';
import { outcomeOf, type Flight } from './stage.js';
import type { Survey } from './survey.js';

/** What record needs of a run. */
export interface Recording extends Pick<
  Run,
  'tiles' | 'budget' | 'buffers' | 'journal' | 'drain' | 'watch' | 'retries'
> {
  /** Of a dry run. */
  readonly estimate?: Estimating | undefined;
  readonly settings: Pick<Settings, 'maxFailures' | 'threads'>;
  readonly onOutcome?: ((outcome: Outcome) => void | Promise<void>) | undefined;
  readonly survey: Pick<Survey, 'sources'>;
  /** Takes no new source; the rest comes here as cancelled. */
  stop(reason: SrganError): void;
}

/**
 * The end of the flow: one outcome per source. It waits for `onOutcome`, so a slow consumer holds back the
 * whole run and nothing piles up.
 */
export function record(run: Recording): (flights: AsyncIterable<Flight<Written>>) => Promise<Summary> {
  return async (flights) => {
    const tally = openTally(run.watch?.before?.sofar?.tally);
    let stopped: SrganError | undefined;
    for await (const { ticket } of flights) {
      const outcome = outcomeOf(ticket);
      ticket.release();
      if (run.retries?.takeBack(ticket)) continue;
      tally.add(outcome);
      run.watch?.counted(tally.state(run.tiles.stats));
      await run.estimate?.add(outcome);
      await run.journal?.record(outcome, ticket);
      await run.onOutcome?.(outcome);
      if (!stopped && tooManyFailures(tally, run)) {
        stopped = new SrganError('E_TOO_MANY_FAILURES', sentence(tally.failed));
        run.stop(stopped);
      }
    }
    const summary = tally.close({
      threads: run.settings.threads,
      pool: run.tiles.stats,
      budget: run.budget,
      buffers: run.buffers.stats,
      total: run.survey.sources,
      estimate: await run.estimate?.close(),
      stopped: stopped && { code: stopped.code, message: stopped.message },
    });
    await run.journal?.end(summary, { complete: isComplete(summary, run) });
    return summary;
  };
}

/** Whether every source came to an end; where their number is not known, one may have been left unseen. */
function isComplete({ sources, counts }: Summary, { survey, drain }: Recording): boolean {
  return counts.cancelled === 0 && (!drain.aborted || sources === survey.sources);
}

/** Before so many sources have ended, a share of an unknown total says nothing. */
const SHARE_COUNTS_FROM = 100;

function tooManyFailures({ failed, ended }: Tally, { settings, survey }: Recording): boolean {
  const limit = settings.maxFailures;
  if (!limit || failed === 0) return false;
  if ('count' in limit) return failed > limit.count;
  if (survey.sources !== undefined) return failed > limit.share * survey.sources;
  return ended >= SHARE_COUNTS_FROM && failed > limit.share * ended;
}

const sentence = (failed: number) =>
  failed === 1
    ? 'Stopped at the first failure, as asked.'
    : `Stopped after ${failed} failures, more than --max-failures allows.`;
