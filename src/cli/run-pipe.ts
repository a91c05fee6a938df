import { asSrganError } from '../errors.js';
import type { Outcome } from '../job.js';
import type { Inputs } from '../options.js';
import { openErrorsLog } from '../reports/errors-log.js';
import { openHuman } from '../reports/human.js';
import { openResults, type ResultsKind } from '../reports/results.js';
import { openInterrupts } from './interrupts.js';
import { logLevel } from './log-level.js';
import { openOutput } from './output.js';
import type { PipeFlags } from './pipe-flags.js';
import { optionsOf } from './pipe-options.js';

/** As a shell reports a program that died of SIGPIPE, which Node ignores. */
const CLOSED_PIPE_STATUS = 141;

/**
 * Runs the flow between the process's standard streams and signals.
 * @returns the exit status
 */
export async function runPipe(flags: PipeFlags, inputs: Inputs, out: string | undefined): Promise<number> {
  const { stdout, stderr, env } = process;
  const log = logLevel(flags, stderr, env);
  const human = openHuman({ ...log, stream: stderr, errorsLog: flags['errors-log'] });
  const interrupts = openInterrupts(() =>
    human.note('Stopping after the images that are being worked on; once more to stop now.'),
  );
  const output = openOutput(stdout, () => interrupts.stop());
  const results = openResults(resultsKind(flags), (text) => {
    if (!stdout.isTTY) return output.write(text);
    return human.aside(() => output.write(text));
  });

  try {
    const errorsLog =
      flags['errors-log'] === undefined ? undefined : await openErrorsLog(flags['errors-log']);
    const { pipe } = await import('../pipe.js');
    const summary = await pipe({
      ...optionsOf(flags),
      inputs,
      out,
      drain: interrupts.drain,
      onTotal: (sources) => human.total(sources),
      onNote: (sentence) => {
        if (log.level !== 'quiet') human.note(sentence);
      },
      onOutcome: async (outcome: Outcome) => {
        human.outcome(outcome);
        await errorsLog?.add(outcome);
        await results.outcome(outcome);
      },
    });
    await errorsLog?.close();
    human.end(summary);
    await results.end(summary);
    output.check();
    return interrupts.exitStatus ?? (output.closed ? CLOSED_PIPE_STATUS : summary.exitStatus);
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

function resultsKind(flags: PipeFlags): ResultsKind {
  if (flags.json) return 'json';
  if (flags['ndjson-out']) return 'ndjson';
  if (flags['dry-run']) return 'plan';
  return flags.null ? 'paths-nul' : 'paths';
}
