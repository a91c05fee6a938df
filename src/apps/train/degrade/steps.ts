import { loadSharp } from '../../../pixels/vips.js';
import type { Random } from '../random.js';
import type { Rgb } from '../resample.js';

/** Adds noise with a standard deviation in levels; what is brighter has more of it, as a sensor's noise does. */
export function addNoise({ data, ...size }: Rgb, levels: number, coloured: boolean, random: Random): Rgb {
  const noisy = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const strength = levels * (0.6 + 0.8 * Math.sqrt((data[i + 1] as number) / 255));
    const shared = roughlyNormal(random) * strength;
    for (let c = 0; c < 3; c++) {
      const added = coloured ? roughlyNormal(random) * strength : shared;
      noisy[i + c] = byteOf((data[i + c] as number) + added);
    }
  }
  return { data: noisy, ...size };
}

/** Three uniform numbers added up, scaled to a standard deviation of 1: near enough, and quick. */
function roughlyNormal(random: Random): number {
  return 2 * (random.next() + random.next() + random.next() - 1.5);
}

/** A 3×3 blur: `amount` 0 changes nothing, 1 is the binomial kernel; a negative amount sharpens, with halos. */
export function blur({ data, widthPx, heightPx }: Rgb, amount: number): Rgb {
  const side = amount / 4;
  const centre = 1 - 2 * side;
  const row = widthPx * 3;
  const across = new Float32Array(data.length);
  for (let y = 0; y < heightPx; y++) {
    for (let i = 0; i < row; i++) {
      const at = y * row + i;
      const left = i < 3 ? at : at - 3;
      const right = i >= row - 3 ? at : at + 3;
      across[at] = centre * (data[at] as number) + side * ((data[left] as number) + (data[right] as number));
    }
  }
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const above = at < row ? at : at - row;
    const below = at >= data.length - row ? at : at + row;
    const sum = (across[above] as number) + (across[below] as number);
    result[at] = byteOf(centre * (across[at] as number) + side * sum);
  }
  return { data: result, widthPx, heightPx };
}

export type Lossy = 'jpeg' | 'webp';

/** Through an encoder and back: JPEG with 4:2:0 or 4:4:4, or WebP, which is always 4:2:0. */
export async function compress(
  { data, widthPx, heightPx }: Rgb,
  format: Lossy,
  quality: number,
  chroma: '4:2:0' | '4:4:4' = '4:2:0',
): Promise<Rgb> {
  const sharp = await loadSharp();
  const raw = sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } });
  const lossy =
    format === 'jpeg' ? raw.jpeg({ quality, chromaSubsampling: chroma }) : raw.webp({ quality, effort: 0 });
  const decoded = await sharp(await lossy.toBuffer())
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { data: decoded, widthPx, heightPx };
}

function byteOf(value: number): number {
  const rounded = value + 0.5;
  return rounded < 0 ? 0 : rounded > 255 ? 255 : rounded;
}
