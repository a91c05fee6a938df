import type { SrganError } from '../../../system/errors.js';
import { exactlyMade, type ContenderFigures } from '../contender-figures.js';
import type { Step } from '../measure-contender.js';
import type { ModelComparison } from '../model-comparison.js';
import type { Spread } from '../../../flow/measured-runs/timed-run.js';
import { isBusy } from '../../../report/measured-machine.js';
import { visible } from '../../../report/terminal-text.js';
import { count, rate } from '../../../system/measures.js';

/** `29.123`, for a mean PSNR; `–` where there is none. */
export const decibels = (value: number | undefined): string =>
  value === undefined ? '–' : value === Infinity ? 'identical' : value.toFixed(2);

/** `0.52`, or `0.52 (0.50..0.53)` of several rounds. */
export function speedText({ min, median, max }: Spread, rounds: number): string {
  return rounds > 1 ? `${mpx(median)} (${mpx(min)}..${mpx(max)})` : mpx(median);
}

/** A number of Mpx, or of them a second: a large network makes a hundredth of one. */
export const mpx = (value: number): string => (value < 0.1 ? value.toPrecision(2) : rate(value));

/** `x2, 4 images of 132, evenly taken; 1.23 Mpx of them made 4 times smaller by bicubic` */
export function workText({ scale, images, found, settings, failures }: ModelComparison): string {
  const taken = images.length + failures.length;
  const of = taken < found ? ` (${taken} of ${found} taken, evenly)` : '';
  const pixels = pixelsOf(images) / 1e6;
  const small = pixels / scale ** 2;
  const rounds = settings.repeat > 1 ? `; ${settings.repeat} rounds, median (min..max)` : '';
  return (
    `${count(images.length, 'image')}${of} of ${mpx(pixels)} Mpx, made small by ${settings.downscale} ` +
    `to ${mpx(small)} Mpx and enlarged x${scale}; ${count(settings.threads, 'worker thread')}${rounds}`
  );
}

const pixelsOf = (images: ModelComparison['images']) =>
  images.reduce((sum, { widthPx, heightPx }) => sum + widthPx * heightPx, 0);

/** How the figures come about, in sentences. */
export function methodLines({ scale, settings }: ModelComparison): string[] {
  const { warmup } = settings;
  return [
    `Small images: ${FILTERS[settings.downscale]} on the values as they are stored, no profile applied; ` +
      `originals lose the columns and rows at the right and at the bottom that do not fill a pixel at x${scale}.`,
    `PSNR and SSIM leave out ${scale} px at each side; they are means over the images. Y is luma by BT.601, 16 to 235. ` +
      'SSIM is that of Y, with a Gaussian window of 11×11 px, σ 1.5. Colour counts premultiplied by alpha.',
    'Every network enlarges all images in a process of its own, files to files, reading and writing PNG included; ' +
      'Mpx/s is of the small images, from the first source to the last record. ' +
      (warmup > 0
        ? `Before that ${count(warmup, 'image')} per worker went through, so that loading is not in it.`
        : 'Loading the network is in it.'),
    'Peak memory is the largest resident memory of that process, all its threads together.',
  ];
}

const FILTERS = {
  bicubic: "bicubic as MATLAB's imresize does it (Keys, a = -0.5, stretched by the factor)",
  lanczos3: 'lanczos3, stretched by the factor',
  box: 'the mean of the pixels that become one',
} as const;

/** What a reader must know to read the figures right. */
export function remarksOn(comparison: ModelComparison, figures: readonly ContenderFigures[]): string[] {
  const { scale, results, images, machine } = comparison;
  const exact = [...exactlyMade(results)].map((i) => images[i]?.path ?? '');
  const [first = '', ...others] = exact;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const remarks = [
    exact.length > 0 && `Left out of the means of PSNR, since one gives it back exactly: ${first}${more}.`,
    isBusy(machine) &&
      `The machine was busy with other work before the first run (load ${machine.loadAverage.toFixed(2)}): ` +
        'speeds are lower than on a free one.',
  ];
  return [
    ...figures
      .filter(({ native }) => !native)
      .map(
        ({ name, factors }) =>
          `${name} has no x${scale}: it enlarges x${factors.join(', x')} and is resized by lanczos3, as --scale does.`,
      ),
    ...remarks.filter((remark) => remark !== false),
  ];
}

/** `run 2/6: esrgan-slim, round 2` */
export const stepText = ({ name, round, run, runs }: Step): string =>
  visible(`run ${run}/${runs}: ${name}${round > 1 ? `, round ${round}` : ''}`);

/** An image that cannot be compared, as a person is told at once. */
export const failureText = ({ code, message }: SrganError): string => visible(`${code}: ${message}`);

/** A sentence for each contender that failed. */
export const lostLines = ({ results }: ModelComparison): string[] =>
  results.flatMap(({ contender, failure }) =>
    failure ? [`${contender.name} is left out: ${failure.message}`] : [],
  );
