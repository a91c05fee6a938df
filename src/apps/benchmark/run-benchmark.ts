import { benchmark, type Benchmark } from './benchmark.js';
import { SrganError } from '../../system/errors.js';
import { benchmarkJson, openStepTexts, benchmarkText } from './report/benchmark-table.js';
import { differenceLines } from './report/benchmark-words.js';
import { openStepProgress } from '../../report/human.js';
import { count } from '../../system/measures.js';
import { benchmarkOptionsOf, type BenchmarkFlags } from './benchmark-flags.js';
import { openInterrupts } from '../../system/signals.js';
import { logLevel } from '../../command-line/log-level.js';
import { print } from '../../command-line/output.js';
import { saveDefaults } from '../../command-line/save-defaults.js';

/**
 * Runs the benchmark between the process's standard streams and signals.
 * @returns the exit status: 1 where a parallel result was not the sequential one
 */
export async function runBenchmark(flags: BenchmarkFlags): Promise<number> {
  const { stderr, env } = process;
  const textOf = openStepTexts();
  const progress = openStepProgress({ ...logLevel(flags, stderr, env), stream: stderr });
  const interrupts = openInterrupts(() => progress.note('Stopping; what was written for it is removed.'));
  try {
    const result = await benchmark(benchmarkOptionsOf(flags), {
      signal: interrupts.drain,
      onStep: (step) => progress.step(textOf(step)),
    });
    progress.close();
    await print(flags.json ? benchmarkJson(result) : benchmarkText(result));
    for (const line of differenceLines(result)) progress.note(line);
    if (flags.html !== undefined) await writePage(flags.html, result);
    if (flags.save) progress.note(await save(result, flags.config));
    return result.identical ? 0 : 1;
  } catch (error) {
    progress.close();
    if (interrupts.exitStatus === undefined || !isCancelled(error)) throw error;
    return interrupts.exitStatus;
  } finally {
    interrupts.dispose();
  }
}

async function writePage(path: string, result: Benchmark): Promise<void> {
  const { benchmarkPage } = await import('./report/benchmark-page.js');
  const { savePage } = await import('../../report/html.js');
  await savePage(path, benchmarkPage(result));
}

async function save({ identical, recommendation }: Benchmark, config: string | undefined): Promise<string> {
  if (!identical || !recommendation) return 'Nothing was saved, since results differ.';
  const { threads } = recommendation;
  const path = await saveDefaults(config, process.cwd(), { threads });
  return `Saved to ${path}: ${count(threads, 'worker thread')} for later runs.`;
}

const isCancelled = (error: unknown) => error instanceof SrganError && error.code === 'E_CANCELLED';
