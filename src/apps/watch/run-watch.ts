import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { optionsOf } from '../../command-line/flags/pipe-options.js';
import { watchFlags, type WatchFlags } from '../../command-line/flags/watch-flags.js';
import { openOutput, say as tell } from '../../command-line/output.js';
import type { Outcome } from '../../contract/job.js';
import { withSource } from '../../report/summary-text.js';
import { openResults } from '../../report/results.js';
import { openInterrupts } from '../../system/signals.js';
import { watchDirectory } from './watch-directory.js';

const SETTLE_S = 2;
const DRAIN_LIMIT_S = 300;

/**
 * Runs `srgan watch` until it is interrupted.
 * @returns the exit status
 */
export async function runWatch(directory: string, out: string, given: WatchFlags): Promise<number> {
  const flags = await fillFlags(given, watchFlags);
  const say = (sentence: string) => {
    if (!flags.quiet) tell(sentence);
  };
  const drainLimit = flags['drain-limit'] ?? DRAIN_LIMIT_S;
  const interrupts = openInterrupts(() => {
    say(`Stopping after the images that are being worked on, for which they have ${drainLimit} s.`);
  }, 1000 * drainLimit);
  const output = openOutput(process.stdout, () => interrupts.stop());
  const results = openResults(flags['ndjson-out'] ? 'ndjson' : 'paths', (text) => output.write(text));
  const { include, exclude, recursive, ...options } = optionsOf(flags);
  try {
    await watchDirectory({
      directory,
      out,
      rule: {
        recursive: recursive ?? true,
        include: include ?? [],
        exclude: exclude ?? [],
        settleMs: 1000 * (flags.settle ?? SETTLE_S),
        pollMs: flags.poll === undefined ? undefined : 1000 * flags.poll,
      },
      options,
      drain: interrupts.drain,
      onOutcome,
      onNote: say,
      onReady: () => say(`Watching ${directory}`),
    });
    output.check();
    return interrupts.exitStatus ?? 0;
  } finally {
    interrupts.dispose();
  }

  async function onOutcome(outcome: Outcome): Promise<void> {
    const { status, src, code = '', message = '' } = outcome;
    // done by an earlier process, or left to the next one
    if (status === 'skipped' || status === 'cancelled') return;
    if (status === 'failed') tell(`${code} ${withSource(src, message)}`);
    await results.outcome(outcome);
  }
}
