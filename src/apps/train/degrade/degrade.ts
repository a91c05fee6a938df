import type { Random } from '../random.js';
import { type Rgb, resample } from '../resample.js';
import { degradeDrawing } from './drawing.js';
import { addNoise, blur, compress } from './steps.js';

const KERNELS = ['box', 'linear', 'mitchell', 'cubic', 'cubic', 'lanczos2', 'lanczos3'] as const;
/** Share of pictures that nothing is done to, so that the network leaves good ones good. */
const CLEAN_SHARE = 0.2;

/**
 * A picture made smaller as cameras, programs and web sites do it: a random kernel, slight blur or sharpening with
 * halos, sensor noise, then JPEG or WebP of quality 40 to 95, at times twice.
 */
async function degradePhoto(picture: Rgb, factor: number, random: Random): Promise<Rgb> {
  const width = picture.widthPx / factor;
  const height = picture.heightPx / factor;
  if (random.chance(CLEAN_SHARE)) {
    const small = resample(picture, width, height, 'cubic');
    return random.chance(0.5) ? small : compress(small, 'jpeg', Math.round(random.between(90, 98)));
  }
  let small = resample(picture, width, height, random.pick(KERNELS));
  if (random.chance(0.25)) small = blur(small, random.between(0.1, 0.6));
  else if (random.chance(0.25)) small = blur(small, -random.between(0.1, 0.6));
  if (random.chance(0.35))
    small = addNoise(small, random.between(0.5, 5) * random.next(), random.chance(0.6), random);
  small = await lossy(small, random);
  return random.chance(0.15) ? lossy(small, random) : small;
}

/** Qualities near the middle come most often. */
function lossy(picture: Rgb, random: Random): Promise<Rgb> {
  const quality = Math.round(40 + 55 * Math.sqrt(random.next() * random.between(0.5, 1)));
  if (random.chance(0.15)) return compress(picture, 'webp', quality);
  return compress(picture, 'jpeg', quality, random.chance(0.85) ? '4:2:0' : '4:4:4');
}

export const DEGRADATIONS = ['clean', 'photo', 'drawing'] as const;
export type Degradation = (typeof DEGRADATIONS)[number];

/** The small picture that a network of this kind has to enlarge. Both sides of `picture` are multiples of `factor`. */
export function degrade(kind: Degradation, picture: Rgb, factor: number, random: Random): Rgb | Promise<Rgb> {
  switch (kind) {
    case 'clean':
      return degradeClean(picture, factor);
    case 'photo':
      return degradePhoto(picture, factor, random);
    case 'drawing':
      return degradeDrawing(picture, factor, random);
  }
}

/** The picture made smaller by bicubic interpolation, and nothing else. Both sides are multiples of the factor. */
export function degradeClean(picture: Rgb, factor: number): Rgb {
  return resample(picture, picture.widthPx / factor, picture.heightPx / factor, 'cubic');
}
