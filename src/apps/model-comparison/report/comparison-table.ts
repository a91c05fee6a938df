import type { ContenderFigures } from '../contender-figures.js';
import type { ModelComparison } from '../model-comparison.js';
import { formatBytes } from '../../../system/measures.js';
import { machineText } from '../../../report/measured-machine.js';
import { tableText, visible } from '../../../report/terminal-text.js';
import { decibels, lostLines, remarksOn, speedText, workText } from './comparison-words.js';
import type { SrganError } from '../../../system/errors.js';

export const HEADINGS = [
  { title: 'Network' },
  { title: 'PSNR RGB', unit: 'dB' },
  { title: 'PSNR Y', unit: 'dB' },
  { title: 'SSIM' },
  { title: 'Mpx/s' },
  { title: 'Peak memory' },
] as const;

/** What is shown of one contender, under `HEADINGS`. */
export function cellsOf(
  { name, psnrDb, ssim, mpxPerSecond, peakRssBytes }: ContenderFigures,
  rounds: number,
): string[] {
  return [
    name,
    decibels(psnrDb?.rgb),
    decibels(psnrDb?.y),
    ssim.y.toFixed(4),
    speedText(mpxPerSecond, rounds),
    formatBytes(peakRssBytes),
  ];
}

/** The whole report as text. */
export function modelComparisonText(
  comparison: ModelComparison,
  figures: readonly ContenderFigures[],
): string {
  const heading = HEADINGS.map((one) =>
    'unit' in one
      ? `${one.title} (${one.unit})`
      : one.title === 'Mpx/s'
        ? one.title
        : one.title.toUpperCase(),
  );
  const rows = figures.map((one) => cellsOf(one, comparison.settings.repeat));
  const remarks = [...remarksOn(comparison, figures), ...lostLines(comparison)];
  return [
    `${machineText(comparison.machine)}\n${workText(comparison)}\n\n`,
    tableText(
      [heading, ...rows].map((row) => row.map(visible)),
      new Set([1, 2, 3, 4, 5]),
    ),
    ...(remarks.length > 0 ? ['\n', ...remarks.map((remark) => `${visible(remark)}\n`)] : []),
  ].join('');
}

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
