import { performance } from 'node:perf_hooks';
import { openSimilarity } from '../../src/pixels/metrics/psnr-ssim.js';
import type { Rgb } from '../../src/apps/train/resample.js';
import { openEnlarger } from './enlarge.js';
import { factorOf, openSet, type SetName } from './validation-sets.js';

/** A process that judges one network, so that its memory is its own: judge.js ORDER, with the verdicts on stdout. */

export interface Order {
  readonly model: string;
  readonly sets: readonly { readonly set: SetName; readonly directory: string }[];
}

export interface Verdict {
  readonly set: SetName;
  /** For each picture, PSNR and SSIM on Y. */
  readonly pictures: readonly { readonly name: string; readonly psnrDb: number; readonly ssim: number }[];
  readonly mpxPerSecond: number;
}

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly peakRssBytes: number;
}

const { model, sets } = JSON.parse(process.argv[2] ?? '') as Order;
const enlarger = await openEnlarger(model);
const verdicts: Verdict[] = [];
for (const { set, directory } of sets) {
  const factor = factorOf(set);
  const pictures: Verdict['pictures'][number][] = [];
  let pixels = 0;
  let ms = 0;
  for (const { name, original, small } of await openSet(set, directory)) {
    // the first picture also loads the network
    if (pictures.length === 0) await enlarger.enlarge(small, factor);
    const startMs = performance.now();
    const large = await enlarger.enlarge(small, factor);
    ms += performance.now() - startMs;
    pixels += small.widthPx * small.heightPx;
    pictures.push({ name, ...likeness(original, large, factor) });
  }
  verdicts.push({ set, pictures, mpxPerSecond: pixels / 1000 / ms });
}
await enlarger.close();
const judgement: Judgement = { verdicts, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(JSON.stringify(judgement));

/** On Y, without a border of `shavePx`. */
function likeness(a: Rgb, b: Rgb, shavePx: number) {
  const width = a.widthPx - 2 * shavePx;
  const gauges = openSimilarity(width, { colours: 3, alpha: false });
  for (let y = shavePx; y < a.heightPx - shavePx; y += 1)
    gauges.push(rowOf(a, y, shavePx), rowOf(b, y, shavePx));
  const { psnrDb, ssim } = gauges.close();
  return { psnrDb: psnrDb.y, ssim: ssim?.y ?? NaN };
}

function rowOf({ data, widthPx }: Rgb, y: number, shavePx: number) {
  const width = widthPx - 2 * shavePx;
  const colour = [0, 1, 2].map((c) =>
    Float64Array.from({ length: width }, (_, x) => data[3 * (y * widthPx + x + shavePx) + c] ?? 0),
  );
  const [red, green, blue] = colour;
  const luma = Float64Array.from(
    { length: width },
    (_, x) => 16 + (65.481 * (red?.[x] ?? 0) + 128.553 * (green?.[x] ?? 0) + 24.966 * (blue?.[x] ?? 0)) / 255,
  );
  return { colour, y: luma, alpha: new Float64Array(width).fill(255) };
}
