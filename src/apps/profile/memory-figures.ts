import type { Inside, Sample, Sampler } from './sampler.js';
import { theilSen, trendOf, type Trend } from './trend.js';

/** What the samples of one run come to; all bytes are resident memory unless they say otherwise. */
export interface Figures {
  readonly samples: number;
  readonly durationMs: number;
  /** Sources that ended. */
  readonly images: number;
  readonly mostInFlight: number;
  /** The last sample before the first image was decoded. */
  readonly baseBytes: number;
  readonly peakBytes: number;
  /** Over all samples. */
  readonly meanBytes: number;
  readonly peakPssBytes: number | undefined;
  /** Of all threads together, by what they told. */
  readonly peakHeapBytes: number | undefined;
  readonly peakExternalBytes: number | undefined;
  readonly workers: readonly WorkerFigures[];
  /** From when to when images were worked on. */
  readonly working: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** Of the second half of that time, or of the whole where no image was told of; x is in seconds. */
  readonly trend: Trend;
  /** In the same half: the median growth from one ended image to another; undefined below LEAST_IMAGES. */
  readonly growthPerImageBytes: number | undefined;
}

export interface WorkerFigures {
  readonly thread: number;
  readonly peakHeapBytes: number;
  readonly peakExternalBytes: number;
}

const LEAST_IMAGES = 4;

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
    mostInFlight: most(insides.map(({ inFlight }) => inFlight)) ?? 0,
    baseBytes: samples[Math.max(0, first - 1)]?.rssBytes ?? 0,
    peakBytes,
    meanBytes: samples.reduce((sum, { rssBytes }) => sum + rssBytes / samples.length, 0),
    peakPssBytes: most(pss),
    peakHeapBytes: most(insides.map(heapBytesOf)),
    peakExternalBytes: most(insides.map(externalBytesOf)),
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

/** Of the samples in which as many images had ended, the first stands for all. */
function growthPerImage(samples: readonly Sample[]): number | undefined {
  const byEnded = new Map<number, number>();
  for (const { inside, rssBytes } of samples) {
    if (inside && !byEnded.has(inside.ended)) byEnded.set(inside.ended, rssBytes);
  }
  const all = [...byEnded].map(([x, y]) => ({ x, y }));
  if (all.length <= LEAST_IMAGES) return undefined;
  const step = Math.ceil(all.length / MOST_STEPS);
  return theilSen(all.filter((_, i) => i % step === 0));
}

const MOST_STEPS = 300;

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
const most = (values: readonly number[]): number | undefined =>
  values.reduce<number | undefined>((largest, value) => Math.max(largest ?? value, value), undefined);
