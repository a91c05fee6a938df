import { performance } from 'node:perf_hooks';
import type { Step } from '../measure-runs.js';
import { duration } from '../../../system/measures.js';
import { configurationText } from './benchmark-words.js';

/** What goes on, as `run 2/6: 3 images, 2 threads, round 1, ETA 4 s`; the time that is left is told from the first. */
export function openStepTexts(): (step: Step) => string {
  let firstMs: number | undefined;
  return ({ configuration, round, doneRuns, runs, doneShare }) => {
    const nowMs = performance.now();
    firstMs ??= nowMs;
    const leftMs = doneShare > 0 ? ((nowMs - firstMs) * (1 - doneShare)) / doneShare : undefined;
    const parts = [
      `run ${doneRuns + 1}/${runs}: ${configurationText(configuration)}, round ${round}`,
      ...(leftMs === undefined ? [] : [`ETA ${duration(leftMs)}`]),
    ];
    return parts.join(', ');
  };
}
