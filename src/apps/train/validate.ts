import { compress } from './degrade/steps.js';
import { degradeClean, type Degradation } from './degrade/degrade.js';
import { loadPicture, planPictures } from './training-pictures.js';
import { resample, type Rgb } from './resample.js';
import type { Trainer } from './trainer.js';

/** A picture to judge by: never one that is trained on. */
export interface Judged {
  readonly path: string;
  readonly original: Rgb;
  /** What the network enlarges: made smaller by bicubic interpolation, and for photographs through JPEG. */
  readonly small: Rgb;
  /** PSNR on Y of lanczos3, in dB. */
  readonly plainDb: number;
}

export interface JudgedSet {
  /** Such as `clean` or `JPEG 75`. */
  readonly name: string;
  readonly pictures: readonly Judged[];
}

export interface Score {
  readonly name: string;
  /** Means over the pictures, in dB on Y; `gainDb` is over lanczos3, `leastDb` that of the worst picture. */
  readonly psnrDb: number;
  readonly gainDb: number;
  readonly leastDb: number;
}

const QUALITIES = [75, 90];
/** Larger pictures are judged by a part of themselves: a validation must not take longer than a minute. */
const MAX_SIDE_PX = 1024;

/** @throws SrganError where a picture cannot be read */
export async function openValidation(
  patterns: readonly string[],
  degradation: Degradation,
  factor: number,
  signal: AbortSignal,
): Promise<JudgedSet[]> {
  const planned = await planPictures(patterns, {
    shrink: false,
    leastPx: 8 * factor,
    multiple: factor,
    signal,
    onBad: (error) => {
      throw error;
    },
  });
  const cut = (px: number) => Math.min(px, Math.floor(MAX_SIDE_PX / factor) * factor);
  const clean: Judged[] = [];
  for (const picture of planned) {
    const { path } = picture;
    const size = { path, widthPx: cut(picture.widthPx), heightPx: cut(picture.heightPx) };
    const original = await loadPicture(size, 'crop');
    clean.push(judged(path, original, degradeClean(original, factor)));
  }
  if (degradation !== 'photo') return [{ name: degradation, pictures: clean }];
  const sets: JudgedSet[] = [];
  for (const quality of QUALITIES) {
    const pictures: Judged[] = [];
    for (const { path, original, small } of clean) {
      pictures.push(judged(path, original, await compress(small, 'jpeg', quality, '4:2:0')));
    }
    sets.push({ name: `JPEG ${quality}`, pictures });
  }
  return sets;
}

function judged(path: string, original: Rgb, small: Rgb): Judged {
  const { widthPx, heightPx } = original;
  const shave = widthPx / small.widthPx;
  return {
    path,
    original,
    small,
    plainDb: psnrY(resample(small, widthPx, heightPx, 'lanczos3'), original, shave),
  };
}

export function scoreOf({ name, pictures }: JudgedSet, trainer: Trainer): Score {
  const { factor } = trainer.shape;
  const all = pictures.map(({ original, small, plainDb }) => {
    const db = psnrY(enlarged(small, trainer), original, factor);
    return { db, gain: db - plainDb };
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    name,
    psnrDb: mean(all.map(({ db }) => db)),
    gainDb: mean(all.map(({ gain }) => gain)),
    leastDb: Math.min(...all.map(({ gain }) => gain)),
  };
}

/** What the network makes of a picture, rounded to bytes. */
export function enlarged({ data, widthPx, heightPx }: Rgb, trainer: Trainer): Rgb {
  const { factor } = trainer.shape;
  const channels = 3 * factor * factor;
  const values = trainer.enlarge(
    Float32Array.from(data, (value) => value / 255),
    heightPx,
    widthPx,
  );
  const result = new Uint8Array(values.length);
  for (let y = 0; y < heightPx * factor; y++) {
    for (let x = 0; x < widthPx * factor; x++) {
      const small = Math.floor(y / factor) * widthPx + Math.floor(x / factor);
      const from = small * channels + ((y % factor) * factor + (x % factor)) * 3;
      const to = (y * widthPx * factor + x) * 3;
      for (let c = 0; c < 3; c++) {
        result[to + c] = Math.min(255, Math.max(0, Math.floor((values[from + c] ?? 0) * 255 + 0.5)));
      }
    }
  }
  return { data: result, widthPx: widthPx * factor, heightPx: heightPx * factor };
}

/** PSNR in dB on Y of BT.601 (16..235), without `shavePx` pixels at each side, as papers give it. */
export function psnrY(a: Rgb, b: Rgb, shavePx: number): number {
  const { widthPx, heightPx } = a;
  let squares = 0;
  let count = 0;
  for (let y = shavePx; y < heightPx - shavePx; y++) {
    for (let x = shavePx; x < widthPx - shavePx; x++) {
      const at = (y * widthPx + x) * 3;
      const difference = lumaOf(a.data, at) - lumaOf(b.data, at);
      squares += difference * difference;
      count += 1;
    }
  }
  return squares === 0 ? 100 : 10 * Math.log10(65025 / (squares / count));
}

function lumaOf(data: Uint8Array, at: number): number {
  const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
  return 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255;
}
