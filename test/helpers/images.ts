import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { seeded } from './random.js';

export interface Raster {
  readonly data: Uint8Array | Uint16Array;
  readonly widthPx: number;
  /** Height of all pages together. */
  readonly heightPx: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly pages: number;
}

export interface Drawing {
  widthPx?: number;
  /** Height of one page. */
  heightPx?: number;
  channels?: 1 | 2 | 3 | 4;
  bits?: 8 | 16;
  pages?: number;
  seed?: number;
  /** Share of the noise, 0..1. */
  noise?: number;
  /** `disc`: opaque inside, nothing outside, soft edge; `hard`: the same without the soft edge. */
  alpha?: 'opaque' | 'disc' | 'hard';
}

/** A gradient, hard-edged blocks, a fine texture and noise; each page is another picture. */
export function draw(drawing: Drawing = {}): Raster {
  const { widthPx = 48, heightPx = 36, channels = 3, bits = 8, pages = 1, seed = 1 } = drawing;
  const { noise = 0.04, alpha = 'disc' } = drawing;
  const max = bits === 16 ? 65535 : 255;
  const random = seeded(seed);
  const length = widthPx * heightPx * pages * channels;
  const data = bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
  const colours = channels < 3 ? 1 : 3;
  let at = 0;
  for (let page = 0; page < pages; page++) {
    const phase = page * 1.3 + seed;
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++) {
        const block = (x >> 3) + (y >> 3) + page;
        for (let c = 0; c < colours; c++) {
          const gradient = (x * (3 - c)) / (3 * widthPx) + (y * (c + 1)) / (3 * heightPx);
          const texture = Math.sin(x / 1.7 + phase) * Math.cos(y / 2.3 + c);
          const edge = block % 3 === c ? 0.25 : 0;
          const value = 0.35 * gradient + 0.08 * texture + edge + 0.25 + noise * (random() - 0.5);
          data[at++] = Math.round(max * Math.min(1, Math.max(0, value)));
        }
        if (channels > colours) data[at++] = Math.round(max * alphaAt(x, y, widthPx, heightPx, alpha));
      }
    }
  }
  return { data, widthPx, heightPx: heightPx * pages, channels, pages };
}

function alphaAt(
  x: number,
  y: number,
  width: number,
  height: number,
  kind: 'opaque' | 'disc' | 'hard',
): number {
  if (kind === 'opaque') return 1;
  const distance = Math.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2);
  const inside = Math.min(width, height) * 0.35 - distance;
  return kind === 'hard' ? Number(inside > 0) : Math.min(1, Math.max(0, inside / 3 + 0.5));
}

/** A sharp pipeline that begins with the drawing and leaves its samples alone. */
export function pipelineOf({ data, widthPx, heightPx, channels, pages }: Raster): Sharp {
  const wide = data instanceof Uint16Array;
  const gray = channels < 3;
  const paged = pages > 1 ? { pageHeight: heightPx / pages } : {};
  return sharp(data, {
    raw: { width: widthPx, height: heightPx, channels, ...paged },
    pages: pages > 1 ? -1 : 1,
  }).toColourspace(wide ? (gray ? 'grey16' : 'rgb16') : gray ? 'b-w' : 'srgb');
}

/** Writes what the pipeline makes and returns the path. */
export async function save(path: string, image: Sharp): Promise<string> {
  await writeFile(path, await image.toBuffer());
  return path;
}

/** Samples of a file as they are stored, no profile applied, all pages. */
export async function samplesOf(input: string | Uint8Array, page?: number): Promise<Raster> {
  const meta = await sharp(input, { pages: -1 }).metadata();
  const wide = meta.depth === 'ushort';
  const gray = meta.space === 'b-w' || meta.space === 'grey16';
  const space = wide ? (gray ? 'grey16' : 'rgb16') : gray && meta.channels === 1 ? 'b-w' : 'srgb';
  const { data, info } = await sharp(input, {
    ...(page === undefined ? { pages: -1 } : { page, pages: 1 }),
    ignoreIcc: true,
  })
    .toColourspace(space)
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const samples = wide ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return {
    data: samples,
    widthPx: info.width,
    heightPx: info.height,
    channels: info.channels,
    pages: page === undefined ? (meta.pages ?? 1) : 1,
  };
}

/** One pixel, all channels. */
export function pixelAt({ data, widthPx, channels }: Raster, x: number, y: number): number[] {
  const at = (y * widthPx + x) * channels;
  return [...data.subarray(at, at + channels)];
}

/** What is left of each block of 2 × 2. */
export function everySecond<T extends Uint8Array | Uint16Array>(
  data: T,
  widthPx: number,
  channels: number,
): T {
  return data.filter((_, i) => {
    const pixel = Math.floor(i / channels);
    return (pixel % widthPx) % 2 === 0 && Math.floor(pixel / widthPx) % 2 === 0;
  }) as T;
}

/** Largest and mean distance of two rasters of one layout. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): { max: number; mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} samples cannot be compared`);
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    max = Math.max(max, gap);
    sum += gap;
  }
  return { max, mean: sum / Math.max(1, a.length) };
}

/** The profile bytes of Display P3, as a file that libvips wrote holds them. */
export async function p3Profile(): Promise<Buffer> {
  const file = await pipelineOf(draw()).withIccProfile('p3').png().toBuffer();
  return (await sharp(file).metadata()).icc!;
}

/** A JPEG of the drawing stored so that a viewer must turn it by `orientation` (EXIF, 1..8) to see it. */
export async function turnedJpeg(raster: Raster, orientation: number): Promise<Buffer> {
  // sharp has an order of its own within one pipeline, so each step is one
  const step = async (image: Sharp) => sharp(await image.png().toBuffer());
  const turns = [0, 0, 0, 180, 180, 90, 270, 270, 90][orientation]!;
  const turned = await step(pipelineOf(raster).rotate(turns));
  const stored = await (
    await step([2, 4, 5, 7].includes(orientation) ? turned.flop() : turned)
  )
    .png()
    .toBuffer();
  return sharp(stored)
    .withExif({ IFD0: { Orientation: String(orientation) } })
    .withMetadata({ orientation })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
