import { asSrganError } from '../../system/errors.js';
import { stat } from '../../system/files/fs.js';
import { shardFile } from '../../places/find/shard.js';
import type { Outcome } from '../../contract/job.js';
import type { PipeOptions } from '../../contract/options.js';
import { endedIn, type Summary } from '../../flow/summary.js';
import { openErrorsLog } from '../../report/errors-log.js';
import { openHuman } from '../../report/human.js';
import { openResults, type ResultsKind } from '../../report/results.js';
import type { Watch } from '../../flow/watch/watch.js';
import { openInterrupts } from '../../system/signals.js';
import { logLevel } from '../../command-line/log-level.js';
import { CLOSED_PIPE_STATUS, openOutput } from '../../command-line/output.js';
import type { PipeFlags } from '../../command-line/flags/pipe-flags.js';

export type ReportFlags = Pick<
  PipeFlags,
  'drain-limit' | 'errors-log' | 'json' | 'ndjson-out' | 'dry-run' | 'null' | 'quiet' | 'verbose'
>;

/** Seconds from the first signal. */
const DRAIN_LIMIT_S = 300;

/** How a command's run differs from that of pipe. */
export interface Manner {
  /** What is said first. */
  readonly firstLine?: string;
  readonly lastLine?: (summary: Summary) => string;
  /** What is said where it ended before its sources did. */
  readonly leftLine?: string;
}

export interface RunEnd {
  readonly exitStatus: number;
  readonly summary: Summary;
  /** By a signal, or since the reader of standard output went away. */
  readonly interrupted: boolean;
}

/** Runs the flow between the process's standard streams and signals. */
export async function runPipe(
  flags: ReportFlags,
  options: PipeOptions,
  watched: Watch | undefined,
  { firstLine, lastLine, leftLine }: Manner = {},
): Promise<RunEnd> {
  const { stdout, stderr, env } = process;
  const log = logLevel(flags, stderr, env);
  const watch = canGoOn(options, watched) ? watched : undefined;
  const { before } = watch ?? {};
  const { tally, errorsLogBytes } = before?.sofar ?? {};
  const errorsLogFile = await errorsLogOf(flags, options);
  const human = openHuman({
    ...log,
    stream: stderr,
    errorsLog: errorsLogFile,
    before: tally,
    lastLine,
  });
  const drainLimit = flags['drain-limit'] ?? DRAIN_LIMIT_S;
  const interrupts = openInterrupts(() => {
    const limit = `for which they have ${drainLimit} s`;
    human.note(`Stopping after the images that are being worked on, ${limit}; once more to stop now.`);
  }, 1000 * drainLimit);
  const output = openOutput(stdout, () => interrupts.stop());
  const send = (text: string) => (stdout.isTTY ? human.aside(() => output.write(text)) : output.write(text));
  const results = openResults(resultsKind(flags), send, tally && endedIn(tally));

  try {
    const errorsLog =
      errorsLogFile === undefined ? undefined : await openErrorsLog(errorsLogFile, errorsLogBytes);
    const { pipeWithin } = await import('../../flow/pipe.js');
    const flow: PipeOptions = {
      ...options,
      drain: interrupts.drain,
      onNote: (sentence) => {
        if (log.level !== 'quiet' && !before) human.note(sentence);
      },
      onDetail: (sentence) => {
        if (log.level === 'verbose' && !before) human.note(sentence);
      },
      onTotal: (sources) => {
        options.onTotal?.(sources);
        human.total(sources);
        if (firstLine !== undefined && log.level !== 'quiet' && !before) human.note(firstLine);
      },
      onOutcome: async (outcome: Outcome) => {
        await options.onOutcome?.(outcome);
        human.outcome(outcome);
        await errorsLog?.add(outcome);
        // as close to the record itself as can be: a crash in between would cost it
        watch?.told(outcome.index, errorsLog?.bytes ?? 0);
        await results.outcome(outcome);
      },
    };
    const summary = await pipeWithin({ watch }, flow);
    await errorsLog?.close();
    const signalled = interrupts.exitStatus ?? (output.closed ? CLOSED_PIPE_STATUS : undefined);
    if (leftLine !== undefined && (signalled !== undefined || summary.stopped)) human.note(leftLine);
    human.end(summary);
    await results.end(summary);
    output.check();
    const exitStatus = signalled ?? summary.exitStatus;
    watch?.finished(exitStatus);
    return { exitStatus, summary, interrupted: signalled !== undefined };
  } catch (error) {
    human.close();
    await results.fail(
      asSrganError(error, 'E_INTERNAL', error instanceof Error ? error.message : String(error)),
    );
    throw error;
  } finally {
    interrupts.dispose();
  }
}

/** Each shard has one of its own; of what is no file, such as /dev/stderr, there is but one. */
async function errorsLogOf(flags: ReportFlags, { shard }: PipeOptions): Promise<string | undefined> {
  const file = flags['errors-log'];
  if (file === undefined || !shard) return file;
  const there = await stat(file).catch(() => undefined);
  return there && !there.isFile() && !there.isDirectory() ? file : shardFile(file, shard);
}

/** A list that only this process has read is lost with it. */
function canGoOn({ inputs }: PipeOptions, watch: Watch | undefined): boolean {
  return watch !== undefined && (!('kind' in inputs) || inputs.kind !== 'list' || watch.keepsList);
}

function resultsKind(flags: ReportFlags): ResultsKind {
  if (flags.json) return 'json';
  if (flags['ndjson-out']) return 'ndjson';
  if (flags['dry-run']) return 'plan';
  return flags.null ? 'paths-nul' : 'paths';
}
