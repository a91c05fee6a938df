import { SrganError } from '../../system/errors.js';
import { figuresOf, sortedBy } from './contender-figures.js';
import { compareModels } from './model-comparison.js';
import { modelComparisonJson, modelComparisonText } from './report/comparison-table.js';
import { failureText, lostLines, stepText } from './report/comparison-words.js';
import { openStepProgress } from '../../report/human.js';
import { openInterrupts } from '../../system/signals.js';
import { logLevel } from '../../command-line/log-level.js';
import { modelComparisonOptionsOf, type ModelComparisonFlags } from './model-comparison-flags.js';
import { print } from '../../command-line/output.js';

/**
 * Compares networks between the process's standard streams and signals.
 * @returns the exit status: 1 where an image or a network was left out
 */
export async function runModelComparison(
  sources: readonly string[],
  flags: ModelComparisonFlags,
): Promise<number> {
  const { stderr, env } = process;
  const progress = openStepProgress({ ...logLevel(flags, stderr, env), stream: stderr });
  const interrupts = openInterrupts(() => progress.note('Stopping; what was written for it is removed.'));
  try {
    const comparison = await compareModels(modelComparisonOptionsOf(sources, flags), {
      signal: interrupts.drain,
      onStep: (step) => progress.step(stepText(step)),
      onFailure: (failure) => progress.note(failureText(failure)),
    });
    progress.close();
    const figures = sortedBy(figuresOf(comparison.results, comparison.scale), flags.sort ?? 'psnr');
    await print(
      flags.json ? modelComparisonJson(comparison, figures) : modelComparisonText(comparison, figures),
    );
    const lost = lostLines(comparison);
    if (flags.json) for (const line of lost) progress.note(line);
    if (flags.html !== undefined) {
      const { modelComparisonPage } = await import('./report/comparison-page.js');
      const { savePage } = await import('../../report/html.js');
      const inputs = comparison.images.map(({ path }) => path);
      await savePage(flags.html, await modelComparisonPage(comparison, figures), inputs);
    }
    return lost.length + comparison.failures.length === 0 ? 0 : 1;
  } catch (error) {
    progress.close();
    const cancelled = error instanceof SrganError && error.code === 'E_CANCELLED';
    if (interrupts.exitStatus === undefined || !cancelled) throw error;
    return interrupts.exitStatus;
  } finally {
    interrupts.dispose();
  }
}
