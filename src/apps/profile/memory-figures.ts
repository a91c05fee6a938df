import type { Inside, Sample, Sampler } from './sampler.js';
import { theilSen, trendOf, type Trend } from './trend.js';

/** Statistics over the samples of one run. Byte counts are resident memory unless stated otherwise. */
export interface Figures {
  readonly samples: number;
  readonly durationMs: number;
  /** Finished sources. */
  readonly images: number;
  readonly mostInFlight: number;
  /** Resident memory in the last sample before the first image was decoded. */
  readonly baseBytes: number;
  readonly peakBytes: number;
  /** Mean over all samples. */
  readonly meanBytes: number;
  readonly peakPssBytes: number | undefined;
  /** Peak JavaScript heap of all threads together, as they reported it. */
  readonly peakHeapBytes: number | undefined;
  readonly peakExternalBytes: number | undefined;
  readonly workers: readonly WorkerFigures[];
  /** When images were being processed; undefined if none was reported. */
  readonly working: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** Trend over the second half of `working`, or of the whole run if no image was reported; x is in seconds. */
  readonly trend: Trend;
  /** Median growth per finished image in the same half; undefined with MIN_IMAGES or fewer. */
  readonly growthPerImageBytes: number | undefined;
}

export interface WorkerFigures {
  readonly thread: number;
  readonly peakHeapBytes: number;
  readonly peakExternalBytes: number;
}

const MIN_IMAGES = 4;

export function figuresOf({
  samples,
  last: told,
  peakRssBytes: peakBytes,
}: Pick<Sampler, 'samples' | 'last' | 'peakRssBytes'>): Figures {
  const insides = samples.flatMap(({ inside }) => inside ?? []);
  const first = samples.findIndex(({ inside }) => hasImages(inside));
  const last = samples.findLastIndex(({ inside }) => (inside?.inFlight ?? 0) > 0);
  const busy = first < 0 ? samples : samples.slice(first, Math.max(last, first) + 1);
  const half = secondHalf(busy);
  const pss = samples.flatMap(({ pssBytes }) => pssBytes ?? []);
  return {
    samples: samples.length,
    durationMs: samples.at(-1)?.ms ?? 0,
    images: told?.ended ?? 0,
    mostInFlight: largest(insides.map(({ inFlight }) => inFlight)) ?? 0,
    baseBytes: samples[Math.max(0, first - 1)]?.rssBytes ?? 0,
    peakBytes,
    meanBytes: samples.reduce((sum, { rssBytes }) => sum + rssBytes / samples.length, 0),
    peakPssBytes: largest(pss),
    peakHeapBytes: largest(insides.map(heapBytesOf)),
    peakExternalBytes: largest(insides.map(externalBytesOf)),
    workers: workersOf(insides),
    working: first < 0 ? undefined : { fromMs: busy[0]?.ms ?? 0, toMs: busy.at(-1)?.ms ?? 0 },
    trend: trendOf(half.map(({ ms, rssBytes }) => ({ x: ms / 1000, y: rssBytes }))),
    growthPerImageBytes: growthPerImage(half),
  };
}

export const heapBytesOf = ({ main, workers }: Inside): number =>
  workers.reduce((sum, { heapBytes }) => sum + heapBytes, main.heapBytes);

export const externalBytesOf = ({ main, workers }: Inside): number =>
  workers.reduce((sum, { externalBytes }) => sum + externalBytes, main.externalBytes);

const hasImages = (inside: Inside | undefined) =>
  inside !== undefined && (inside.inFlight > 0 || inside.ended > 0);

function secondHalf(samples: readonly Sample[]): readonly Sample[] {
  const middleMs = ((samples[0]?.ms ?? 0) + (samples.at(-1)?.ms ?? 0)) / 2;
  return samples.filter(({ ms }) => ms >= middleMs);
}

/** Returns bytes per finished image, using the first sample at each count of finished images. */
function growthPerImage(samples: readonly Sample[]): number | undefined {
  const byEnded = new Map<number, number>();
  for (const { inside, rssBytes } of samples) {
    if (inside && !byEnded.has(inside.ended)) byEnded.set(inside.ended, rssBytes);
  }
  const all = [...byEnded].map(([x, y]) => ({ x, y }));
  if (all.length <= MIN_IMAGES) return undefined;
  const step = Math.ceil(all.length / MAX_STEPS);
  return theilSen(all.filter((_, i) => i % step === 0));
}

const MAX_STEPS = 300;

function workersOf(insides: readonly Inside[]): WorkerFigures[] {
  const peaks = new Map<number, WorkerFigures>();
  for (const { thread, heapBytes, externalBytes } of insides.flatMap(({ workers }) => workers)) {
    const before = peaks.get(thread);
    peaks.set(thread, {
      thread,
      peakHeapBytes: Math.max(before?.peakHeapBytes ?? 0, heapBytes),
      peakExternalBytes: Math.max(before?.peakExternalBytes ?? 0, externalBytes),
    });
  }
  return [...peaks.values()].sort((a, b) => a.thread - b.thread);
}

// spreading a long run into Math.max would overflow the stack
const largest = (values: readonly number[]): number | undefined =>
  values.reduce<number | undefined>((max, value) => Math.max(max ?? value, value), undefined);
