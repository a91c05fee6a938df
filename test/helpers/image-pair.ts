import { join } from 'node:path';
import sharp from 'sharp';
import { seeded } from './random.js';

/** Samples of an image and of a version of it with errors; the same for the same arguments. */
export interface Pair {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 1 | 3 | 4;
  readonly original: Uint16Array;
  readonly changed: Uint16Array;
}

/** Gradients, stripes and noise in 0..max; the changed one is off by up to `strength` × max in places. */
export function drawPair(options: {
  widthPx: number;
  heightPx: number;
  channels: 1 | 3 | 4;
  max: 255 | 65535;
  strength?: number;
  seed?: number;
}): Pair {
  const { widthPx, heightPx, channels, max, strength = 0.1, seed = 1 } = options;
  const next = seeded(seed);
  const original = new Uint16Array(widthPx * heightPx * channels);
  const changed = new Uint16Array(original.length);
  let at = 0;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      for (let c = 0; c < channels; c++, at++) {
        const gradient = ((c + 1) * x) / widthPx / 6 + y / heightPx / 3;
        const stripe = (x + 2 * y + 5 * c) % 16 < 6 ? 0.25 : 0;
        const value = gradient / 1.5 + stripe + 0.2 * next();
        const error = (x + y) % 3 === 0 ? strength * (next() - 0.5) : 0;
        original[at] = Math.round(max * clamp(value));
        changed[at] = Math.round(max * clamp(value + error));
      }
    }
  }
  return { widthPx, heightPx, channels, original, changed };
}

/** Writes samples as PNG, 8 bit where no sample is above 255 unless `depth` says otherwise. */
export async function savePng(
  directory: string,
  name: string,
  samples: Uint16Array,
  { widthPx, heightPx, channels }: Pick<Pair, 'widthPx' | 'heightPx' | 'channels'>,
  depth: 8 | 16 = 8,
): Promise<string> {
  const path = join(directory, name);
  const raw = { width: widthPx, height: heightPx, channels };
  const gray = channels === 1;
  const space = depth === 8 ? (gray ? 'b-w' : 'srgb') : gray ? 'grey16' : 'rgb16';
  await sharp(depth === 8 ? Uint8Array.from(samples) : samples, { raw })
    .toColourspace(space)
    .png()
    .toFile(path);
  return path;
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
