import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../command-line/flags/report-flags.js';
import { readWholeNumber } from '../../command-line/values.js';
import type { Comparison } from '../../pixels/metrics/compare.js';
import { tableText, visible } from '../../report/terminal-text.js';

export const comparedArgs = {
  a: Args.string({
    description: 'Original or reference image.',
    required: true,
    ignoreStdin: true,
  }),
  b: Args.string({ description: 'Image of the same size.', required: true, ignoreStdin: true }),
};

export const compareFlags = {
  shave: Flags.custom<number>({
    helpValue: 'N',
    description: 'Ignore N pixels at each border; papers ignore as many as the factor (default: 0).',
    parse: (text) => Promise.resolve(readWholeNumber(text, '--shave')),
  })(),
  ...jsonFlag,
};

/** One metric of a comparison, formatted for display. */
export interface Figure {
  readonly name: string;
  /** `identical` if nothing differs, `–` if the metric could not be computed. */
  readonly value: string;
  readonly unit: string;
}

export function figuresOf({ psnrDb, ssim, largestDifference }: Comparison): Figure[] {
  const decibels = (value: number) =>
    value === Infinity ? { value: 'identical', unit: '' } : { value: value.toFixed(3), unit: 'dB' };
  const similarity = (value: number | undefined) => ({ value: value?.toFixed(5) ?? '–', unit: '' });
  return [
    { name: 'PSNR Y', ...decibels(psnrDb.y) },
    { name: 'PSNR RGB', ...decibels(psnrDb.rgb) },
    ...(psnrDb.alpha === undefined ? [] : [{ name: 'PSNR alpha', ...decibels(psnrDb.alpha) }]),
    { name: 'SSIM Y', ...similarity(ssim?.y) },
    { name: 'SSIM RGB', ...similarity(ssim?.rgb) },
    { name: 'largest difference', value: String(Number(largestDifference.toFixed(2))), unit: 'of 255' },
  ];
}

/** Formats the metrics as lines of text for the terminal. */
export function figuresText(comparison: Comparison): string {
  const rows = figuresOf(comparison).map(({ name, value, unit }) => [name, `${value} ${unit}`.trim()]);
  return (
    tableText([...rows, ['compared', comparedText(comparison)]]) +
    remarks(comparison)
      .map((note) => `${visible(note)}\n`)
      .join('')
  );
}

/** Describes what was compared, such as `512×512 px, 2 px left out at each side`. */
export function comparedText({ widthPx, heightPx, pages, shavePx }: Comparison): string {
  const size = `${widthPx}×${heightPx} px${pages > 1 ? ` × ${pages} pages` : ''}`;
  return shavePx > 0 ? `${size}, ${shavePx} px left out at each side` : size;
}

export function remarks({ notes, ssim }: Comparison): readonly string[] {
  return ssim ? notes : [...notes, 'SSIM needs at least 11×11 px.'];
}

/** Formats the metrics as one JSON document. PSNR is null if nothing differs, since JSON has no infinity. */
export function figuresJson({ map, ssim, ...figures }: Comparison): string {
  const shown = { ...figures, histogram: undefined, ssim: ssim ?? null, worst: map?.worst };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** Explains how each metric is computed, with references. */
export const METHODS = [
  'PSNR = 10·log10(255² / MSE) over all samples, on the scale 0 to 255; 16-bit values are divided by 257.',
  'Y is luma by ITU-R BT.601, 16 to 235, not rounded: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255.',
  'SSIM after Wang, Bovik, Sheikh and Simoncelli (IEEE Transactions on Image Processing 13(4), 2004): Gaussian window of 11×11 px with σ 1.5, K1 = 0.01, K2 = 0.03, L = 255, windows inside the image only, no downsampling; SSIM RGB is the mean over the channels.',
  'Papers on super-resolution give PSNR and SSIM on Y and leave out as many pixels at each side as the factor.',
  'With alpha, colour is premultiplied, so that what cannot be seen does not count; alpha counts apart.',
] as const;
