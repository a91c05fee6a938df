import type { ContenderFigures } from '../contender-figures.js';
import type { ModelComparison } from '../model-comparison.js';
import { formatBytes } from '../../../system/measures.js';
import { machineText } from '../../../report/measured-machine.js';
import { tableText, visible } from '../../../report/terminal-text.js';
import { decibels, lostLines, remarksOn, speedText, workText } from './comparison-words.js';

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
