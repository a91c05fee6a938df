import type { Sharp } from 'sharp';
import { loadSharp } from '../../pixels/vips.js';
import { withNativeInput } from '../../pixels/codec/native-input.js';
import { SrganError } from '../../system/errors.js';
import type { Comparison } from '../../pixels/metrics/compare.js';
import type { DifferenceMap } from '../../pixels/metrics/differences.js';

type Colour = readonly [red: number, green: number, blue: number];

/** Heat-map colours from no difference to the largest. Lightness rises steadily, so it also reads in grayscale. */
const STOPS: readonly Colour[] = [
  [10, 8, 26],
  [62, 18, 92],
  [140, 32, 96],
  [206, 62, 58],
  [243, 134, 28],
  [250, 205, 74],
  [255, 252, 214],
];

export const HEAT_COLOURS: readonly Colour[] = Array.from({ length: 256 }, (_, i) => {
  const place = (i / 255) * (STOPS.length - 1);
  const from = STOPS[Math.floor(place)] ?? [0, 0, 0];
  const to = STOPS[Math.ceil(place)] ?? from;
  const blend = (c: 0 | 1 | 2) => Math.round(from[c] + (to[c] - from[c]) * (place % 1));
  return [blend(0), blend(1), blend(2)];
});

/** Maps a difference to the colour scale, 0..1, by its square root so that small differences are visible. */
export const heatOf = (difference: number, largest: number): number =>
  largest > 0 ? Math.sqrt(difference / largest) : 0;

/** Maps a position 0..1 on the colour scale back to a difference; the inverse of `heatOf`. */
export const differenceAt = (heat: number, largest: number): number => heat ** 2 * largest;

/** The colour scale as a CSS gradient, left to right. */
export const HEAT_GRADIENT = `linear-gradient(to right, ${STOPS.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`;

/** An image embedded in the page. */
export interface Picture {
  /** A data URL of a PNG. */
  readonly url: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Pictures {
  readonly a: Picture;
  readonly b: Picture;
  readonly difference: Picture;
  /** Side, in image pixels, of the square that one picture pixel represents. */
  readonly cellPx: number;
  /** Crop around the pixel that differs most, at full size; undefined if nothing differs. */
  readonly detail: Detail | undefined;
}

export interface Detail {
  readonly a: Picture;
  readonly b: Picture;
  /** Left edge of the crop in the images; `topPx` is its top edge. */
  readonly leftPx: number;
  readonly topPx: number;
}

/** Largest picture embedded in a page; larger images are downscaled by a whole number. */
const MAX_PIXELS = 2048 * 2048;
const DETAIL = { widthPx: 96, heightPx: 64 };

/** Returns the smallest whole-number downscale at which the image has at most `maxPixels` pixels. */
export function cellFor(widthPx: number, heightPx: number, maxPixels = MAX_PIXELS): number {
  let cellPx = Math.ceil(Math.sqrt((widthPx * heightPx) / maxPixels));
  while (
    Math.ceil(widthPx / cellPx) * Math.ceil(heightPx / cellPx) > maxPixels &&
    cellPx < Math.max(widthPx, heightPx)
  )
    cellPx += 1;
  return Math.max(1, cellPx);
}

/**
 * Renders the pictures of the page. The comparison must have a difference map.
 * @throws SrganError E_DECODE
 */
export async function drawPictures(comparison: Comparison): Promise<Pictures> {
  const { a, b, map } = comparison;
  if (!map) throw new SrganError('E_INTERNAL', 'The comparison has no difference map to draw.');
  return {
    a: await preview(a.path, map),
    b: await preview(b.path, map),
    difference: await heatMap(map),
    cellPx: map.cellPx,
    detail: map.worst.difference > 0 ? await detailOf(comparison, map) : undefined,
  };
}

/** Decodes a file, applies its EXIF orientation and then `change`, and embeds the result. */
async function pictureOf(path: string, change: (image: Sharp) => Sharp): Promise<Picture> {
  const sharp = await loadSharp();
  return withNativeInput(path, (input) =>
    embed(path, change(sharp(input, { autoOrient: true, limitInputPixels: false, sequentialRead: true }))),
  );
}

async function preview(path: string, { columns, rows, cellPx }: DifferenceMap): Promise<Picture> {
  return pictureOf(path, (image) => (cellPx > 1 ? image.resize(columns, rows, { fit: 'fill' }) : image));
}

async function detailOf({ a, b, widthPx, heightPx }: Comparison, { worst }: DifferenceMap): Promise<Detail> {
  const size = { width: Math.min(DETAIL.widthPx, widthPx), height: Math.min(DETAIL.heightPx, heightPx) };
  const within = (centre: number, side: number, whole: number) =>
    Math.min(Math.max(0, centre - Math.floor(side / 2)), whole - side);
  const left = within(worst.x, size.width, widthPx);
  const top = within(worst.y, size.height, heightPx);
  const cut = (path: string) => pictureOf(path, (image) => image.extract({ left, top, ...size }));
  return { a: await cut(a.path), b: await cut(b.path), leftPx: left, topPx: top };
}

async function heatMap({ cells, columns, rows, worst }: DifferenceMap): Promise<Picture> {
  const sharp = await loadSharp();
  const colours = new Uint8Array(cells.length * 3);
  cells.forEach((difference, i) => {
    const at = Math.round(heatOf(difference, worst.difference) * (HEAT_COLOURS.length - 1));
    colours.set(HEAT_COLOURS[at] ?? [0, 0, 0], i * 3);
  });
  return embed('The difference map', sharp(colours, { raw: { width: columns, height: rows, channels: 3 } }));
}

/** Encodes an image as an 8-bit sRGB PNG data URL. */
async function embed(name: string, image: Sharp): Promise<Picture> {
  try {
    const { data, info } = await image.toColourspace('srgb').png().toBuffer({ resolveWithObject: true });
    return {
      url: `data:image/png;base64,${data.toString('base64')}`,
      widthPx: info.width,
      heightPx: info.height,
    };
  } catch (cause) {
    throw new SrganError('E_DECODE', `${name}: cannot be drawn.`, { cause });
  }
}
