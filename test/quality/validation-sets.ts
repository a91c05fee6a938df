import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { compress } from '../../src/apps/train/degrade/steps.js';
import { crop, resample, type Rgb } from '../../src/apps/train/resample.js';

export const SET_NAMES = [
  'clean x2',
  'clean x3',
  'clean x4',
  'JPEG 75 x2',
  'JPEG 90 x2',
  'JPEG 95 x2',
  'drawings x2',
] as const satisfies SetName[];
export type SetName = `clean x${2 | 3 | 4}` | `JPEG ${number} x2` | 'drawings x2';

/** @throws Error where there is no such set; any JPEG quality can be asked for */
export function setNamed(name: string): SetName {
  if (SET_NAMES.some((known) => known === name) || /^JPEG \d+ x2$/.test(name)) return name as SetName;
  throw new Error(`There is no set ${name}; there are ${SET_NAMES.join(', ')}.`);
}

/** A picture to judge by, and what is made of it for the networks to enlarge again. */
export interface Judged {
  readonly name: string;
  readonly original: Rgb;
  readonly small: Rgb;
}

/** Larger pictures are judged by a part of themselves. */
const MAX_SIDE_PX = 1024;

export const factorOf = (set: SetName) => Number(set.at(-1));

/**
 * The pictures of a directory, made smaller by bicubic interpolation with antialiasing, then through JPEG with 4:2:0
 * where the set says so.
 */
export async function openSet(set: SetName, directory: string): Promise<Judged[]> {
  const factor = factorOf(set);
  const quality = /JPEG (\d+)/.exec(set)?.[1];
  const names = (await readdir(directory)).filter((name) => /\.(png|jpe?g|webp|tiff?)$/i.test(name)).sort();
  const judged: Judged[] = [];
  for (const name of names) {
    const whole = await readRgb(join(directory, name));
    const cut = (px: number) => factor * Math.floor(Math.min(px, MAX_SIDE_PX) / factor);
    const original = crop(whole, 0, 0, cut(whole.widthPx), cut(whole.heightPx));
    const small = resample(original, original.widthPx / factor, original.heightPx / factor, 'cubic');
    judged.push({
      name,
      original,
      small: quality === undefined ? small : await compress(small, 'jpeg', Number(quality)),
    });
  }
  return judged;
}

/** In sRGB; what shines through is white. */
export async function readRgb(file: string): Promise<Rgb> {
  const { data, info } = await sharp(file)
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height };
}
