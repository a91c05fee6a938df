import type { Benchmark } from '../benchmark.js';
import type { Spread } from '../../../flow/measured-runs/timed-run.js';
import type { Configuration } from '../measure-runs.js';
import { formatBytes, count } from '../../../system/measures.js';
import { isBusy } from '../../../report/measured-machine.js';

/** `10 images, 2 threads` */
export const configurationText = ({ method, images, threads }: Configuration): string =>
  `${count(images, 'image')}, ${method === 'sequential' ? 'sequential' : count(threads, 'thread')}`;

/** `1.93 (1.90..1.95)`; without the range where there was one run. */
export function spreadText({ min, median, max }: Spread, digits: number, runs: number): string {
  const text = (value: number) => value.toFixed(digits);
  return runs > 1 ? `${text(median)} (${text(min)}..${text(max)})` : text(median);
}

/** So many digits after the point that about three matter. */
export const digitsFor = (value: number): number => (value >= 100 ? 1 : value >= 10 ? 2 : 3);

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** `esrgan-slim x2, 256×256 px, 3 rounds, median (min..max)` */
export function workText({ measured }: Benchmark): string {
  const { settings, network, factor } = measured;
  const { imageSizePx: side, repeat } = settings;
  const rounds = repeat > 1 ? `${repeat} rounds, median (min..max)` : 'one round';
  return `${network} x${factor}, images of ${side}×${side} px, ${rounds}`;
}

/** What to take, in sentences: for each batch size, then for all. */
export function adviceLines({ best, recommendation }: Benchmark): string[] {
  const lines = best.map(
    ({ images, threads, speedup, peakRssBytes }) =>
      `Best for ${count(images, 'image')}: ${count(threads, 'thread')}, ${speedup.median.toFixed(2)} times as ` +
      `fast as sequential, peak memory ${formatBytes(peakRssBytes.max)}.`,
  );
  if (!recommendation)
    return [...lines, 'There is nothing to recommend: no number of threads gave the sequential results.'];
  const { threads, speedup, peakRssBytes } = recommendation;
  return [
    ...lines,
    `Recommended: --threads ${threads}, ${speedup.toFixed(2)} times as fast as sequential over all batches, ` +
      `peak memory ${formatBytes(peakRssBytes)}.`,
  ];
}

/** What a reader must know to read the figures right. */
export function remarksOn({ machine, figures, measured }: Benchmark): string[] {
  const { usableCores, loadAverage } = machine;
  const { batchSizes, threadCounts } = measured.settings;
  const cores = count(usableCores, 'core');
  const short = batchSizes.filter((images) => images < 2 * Math.max(...threadCounts));
  const remarks = [
    figures.some((one) => one.oversubscribed) &&
      `* More threads than the ${cores} that this process may use: oversubscribed. Efficiency counts every thread.`,
    isBusy(machine) &&
      `The machine was busy with other work before the first run (load ${loadAverage.toFixed(2)} on ${cores}): ` +
        'times and speedups are worse than on a free one.',
    short.length > 0 &&
      `With fewer than two images per thread (batches of ${short.join(', ')}) some threads have no work at the end.`,
  ];
  return remarks.filter((remark) => remark !== false);
}

/** One sentence for each configuration whose results were not the sequential ones. */
export function differenceLines({ measured }: Benchmark): string[] {
  return measured.measurements.flatMap((measurement) => {
    const wrong = measurement.runs.find(({ differing }) => differing.length > 0);
    if (!wrong) return [];
    const [first = '', ...others] = wrong.differing;
    const what = others.length > 0 ? `${first} and ${others.length} more differ` : `${first} differs`;
    return [
      `${configurationText(measurement)}, round ${wrong.round}: ${what} from the result of the first sequential run.`,
    ];
  });
}
