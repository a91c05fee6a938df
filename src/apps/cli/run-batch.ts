import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { SrganError } from '../../system/errors.js';
import { stat } from '../../system/files/fs.js';
import { removeShardSuffix } from '../../places/find/shard.js';
import type { Outcome } from '../../contract/job.js';
import { batchFile, newBatchId } from '../../flow/journal/batches.js';
import type { PipeOptions } from '../../contract/options.js';
import { batchLine } from '../../report/summary-text.js';
import { elapsedSince, type TallyState } from '../../flow/summary.js';
import { visible } from '../../report/terminal-text.js';
import { checkWebhook, postWebhook, type BatchEvent } from '../../report/webhook.js';
import { isRemote } from '../../system/files/address.js';
import { openWatch } from '../../flow/watch/watch.js';
import { batchDefaults, type BatchFlags } from '../../command-line/flags/batch-flags.js';
import { batchOptions } from '../../command-line/flags/batch-options.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { resumedBatch, type Batch } from './resumed-batch.js';
import { runPipe, type RunEnd } from './run-pipe.js';

/**
 * Runs the flow over a directory, with a journal in the output directory.
 * @param args IN and OUT; OUT alone will do for a batch that is taken up
 * @param given the flags on the command line; the environment and the configuration file fill the others
 * @returns the exit status
 * @throws SrganError E_USAGE, E_NO_INPUT and what `pipe` throws
 */
export async function runBatch(args: readonly string[], given: BatchFlags): Promise<number> {
  const watch = openWatch();
  const flags = await fillFlags(given, batchDefaults);
  const webhook = flags.webhook === undefined ? undefined : checkWebhook(flags.webhook);
  const { id, input, out, options } = await (flags.resume === undefined
    ? newBatch(args, flags, watch?.before?.journal)
    : resumedBatch(args, flags.resume, given, flags));
  await checkInput(input, out);

  const report = webhook && !flags['dry-run'] ? openBatchReport(watch?.before?.sofar?.tally) : undefined;
  const { shard } = options;
  const manner = flags['dry-run']
    ? {}
    : {
        firstLine: `Batch ${id}${shard ? `, shard ${shard.index} of ${shard.count}` : ''}`,
        lastLine: batchLine,
        leftLine: `Take it up with: srgan batch ${out} --resume ${id}${shard ? ` --shard ${shard.index}/${shard.count}` : ''}`,
      };
  let end: RunEnd | undefined;
  try {
    end = await runPipe(
      flags,
      {
        ...options,
        inputs: { kind: 'patterns', patterns: [input] },
        out,
        journal: batchFile(out, id),
        onTotal: report?.total,
        onOutcome: report?.outcome,
      },
      watch,
      manner,
    );
    return end.exitStatus;
  } catch (error) {
    throw nothingIn(input, options, error);
  } finally {
    const refusal = webhook && report && (await postWebhook(webhook, report.close(end)));
    if (refusal) process.stderr.write(`warning ${visible(refusal)}\n`);
  }
}

/** @param journal of the batch, where a process of it died */
function newBatch(args: readonly string[], flags: BatchFlags, journal: string | undefined): Batch {
  const [input, out] = args;
  if (input === undefined || out === undefined) {
    throw new SrganError('E_USAGE', 'batch needs a directory of images and one for the results.', {
      hint: 'Such as: srgan batch IN OUT',
    });
  }
  const begun = journal === undefined ? undefined : removeShardSuffix(path.parse(journal).name, flags.shard);
  const id = begun ?? flags['batch-id'] ?? newBatchId();
  return { id, input, out, options: batchOptions(flags) };
}

async function checkInput(input: string, out: string): Promise<void> {
  const remote = [input, out].find(isRemote);
  if (remote !== undefined)
    throw new SrganError('E_USAGE', `${remote}: is an address, but batch works on directories.`, {
      hint: `Take: srgan pipe ${input} ${out} --resume`,
    });
  const [found, there] = await Promise.all([input, out].map(statOf));
  if (!found) throw new SrganError('E_NO_INPUT', `${input}: there is no such directory.`);
  if (!found.isDirectory()) {
    throw new SrganError('E_USAGE', `${input}: is not a directory, which batch takes.`, {
      hint: 'One image goes through: srgan upscale IN OUT',
    });
  }
  if (there?.ino === found.ino && there.dev === found.dev) {
    throw new SrganError('E_USAGE', `${out}: is the directory of the images themselves.`, {
      hint: 'Name another directory for the results.',
    });
  }
}

const statOf = (path: string) => stat(path, { bigint: true }).catch(() => undefined);

function nothingIn(
  input: string,
  { recursive, include }: Pick<PipeOptions, 'recursive' | 'include'>,
  error: unknown,
): unknown {
  if (!(error instanceof SrganError) || error.code !== 'E_NO_INPUT') return error;
  const matching = include?.length ? ` that matches ${include.join(' or ')}` : '';
  return new SrganError('E_NO_INPUT', `${input}: there is no image in it${matching}.`, {
    hint: recursive ? undefined : 'Subdirectories are looked into with --recursive.',
  });
}

/** Counts for the webhook, also where the run breaks off without a summary. */
function openBatchReport(before: TallyState | undefined) {
  const startMs = performance.now() - elapsedSince(before);
  const { done = 0, copied = 0, skipped = 0, failed = 0 } = before?.counts ?? {};
  const counts = { total: 0, successful: done + copied, skipped, failed };
  return {
    total: (sources: number) => void (counts.total = sources),
    outcome: ({ status }: Outcome) => {
      if (status === 'done' || status === 'copied') counts.successful += 1;
      else if (status === 'skipped' || status === 'failed') counts[status] += 1;
    },
    close: (end: RunEnd | undefined): BatchEvent => ({
      event: eventOf(end),
      ...counts,
      duration_secs: Math.round(performance.now() - startMs) / 1000,
    }),
  };
}

function eventOf(end: RunEnd | undefined): BatchEvent['event'] {
  if (!end || end.summary.stopped) return 'batch.failed';
  return end.interrupted ? 'batch.interrupted' : 'batch.completed';
}
