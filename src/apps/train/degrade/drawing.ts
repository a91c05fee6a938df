import type { Random } from '../random.js';
import { resample, type Rgb } from '../resample.js';
import { blur, compress } from './steps.js';

const KERNELS = ['box', 'linear', 'mitchell', 'cubic', 'cubic', 'cubic', 'lanczos3'] as const;

/**
 * A drawing made smaller: mostly by bicubic interpolation alone, otherwise with another kernel, a palette of few
 * levels, or JPEG.
 */
export async function degradeDrawing(picture: Rgb, factor: number, random: Random): Promise<Rgb> {
  const width = picture.widthPx / factor;
  const height = picture.heightPx / factor;
  if (random.chance(0.5)) return resample(picture, width, height, 'cubic');
  let small = resample(picture, width, height, random.pick(KERNELS));
  if (random.chance(0.15)) small = blur(small, random.between(-0.4, 0.4));
  if (random.chance(0.2)) small = toFewLevels(small, 16 + random.below(48));
  if (!random.chance(0.4)) return small;
  return compress(small, 'jpeg', Math.round(random.between(60, 97)), random.chance(0.6) ? '4:2:0' : '4:4:4');
}

/** Each channel rounded to `levels` values, as a palette does it to flat colours. */
export function toFewLevels({ data, ...size }: Rgb, levels: number): Rgb {
  const step = 255 / (levels - 1);
  return { data: data.map((value) => Math.round(Math.round(value / step) * step)), ...size };
}
