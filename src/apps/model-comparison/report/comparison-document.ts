import type { SrganError } from '../../../system/errors.js';
import type { ContenderFigures } from '../contender-figures.js';
import type { ModelComparison } from '../model-comparison.js';
import { remarksOn } from './comparison-words.js';

/** One document for programs. A PSNR is null where nothing differs, since JSON has no infinity. */
export function modelComparisonJson(
  comparison: ModelComparison,
  figures: readonly ContenderFigures[],
): string {
  const { startedAt, elapsedMs, machine, settings, scale, found, images, failures, results } = comparison;
  const { downscale, sources, models, ...options } = settings;
  return `${JSON.stringify(
    {
      startedAt: startedAt.toISOString(),
      elapsedMs,
      machine,
      scale,
      downscale,
      shavePx: scale,
      options: { sources, models: models ?? null, ...options, scale: undefined },
      images: {
        found,
        compared: images.map(({ path, widthPx, heightPx }) => ({ path, widthPx, heightPx })),
        failed: failures.map(failureOf),
      },
      networks: figures.map(({ comparisons, psnrDb, ...one }) => ({
        ...one,
        psnrDb: psnrDb ?? null,
        runs: results.find(({ contender }) => contender.name === one.name)?.runs ?? [],
        images: comparisons.map((each) => ({
          path: each.a.path,
          psnrDb: each.psnrDb,
          ssim: each.ssim,
          largestDifference: each.largestDifference,
        })),
      })),
      failedNetworks: results.flatMap(({ contender, failure }) =>
        failure ? [{ name: contender.name, ...failureOf(failure) }] : [],
      ),
      remarks: remarksOn(comparison, figures),
    },
    null,
    2,
  )}\n`;
}

const failureOf = ({ code, message, hint }: SrganError) => ({ code, message, ...(hint && { hint }) });
