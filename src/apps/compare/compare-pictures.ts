import type { Sharp } from 'sharp';
import { loadSharp } from '../../pixels/vips.js';
import { withNativeInput } from '../../pixels/codec/native-input.js';
import { SrganError } from '../../system/errors.js';
import type { Comparison } from '../../pixels/metrics/compare.js';
import type { DifferenceMap } from '../../pixels/metrics/differences.js';
import { HEAT_COLOURS, heatOf } from './heat.js';

/** An image in the page itself. */
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
  /** One pixel of the pictures stands for a square of so many pixels of the images. */
  readonly cellPx: number;
  /** Around the pixel that differs most, at full size; undefined where nothing differs. */
  readonly detail: Detail | undefined;
}

export interface Detail {
  readonly a: Picture;
  readonly b: Picture;
  /** Top left corner in the images. */
  readonly leftPx: number;
  readonly topPx: number;
}

/** A page holds pictures up to this size; larger images are made smaller by a whole number. */
const MOST_PIXELS = 2048 * 2048;
const DETAIL = { widthPx: 96, heightPx: 64 };

export function cellFor(widthPx: number, heightPx: number, mostPixels = MOST_PIXELS): number {
  let cellPx = Math.ceil(Math.sqrt((widthPx * heightPx) / mostPixels));
  while (
    Math.ceil(widthPx / cellPx) * Math.ceil(heightPx / cellPx) > mostPixels &&
    cellPx < Math.max(widthPx, heightPx)
  )
    cellPx += 1;
  return Math.max(1, cellPx);
}

/**
 * Draws what the page shows, from a comparison that was made with a difference map.
 * @throws SrganError E_DECODE
 */
export async function drawPictures(comparison: Comparison): Promise<Pictures> {
  const { a, b, map } = comparison;
  if (!map) throw new SrganError('E_INTERNAL', 'Pictures of a comparison without a difference map.');
  return {
    a: await preview(a.path, map),
    b: await preview(b.path, map),
    difference: await heatMap(map),
    cellPx: map.cellPx,
    detail: map.worst.difference > 0 ? await detailOf(comparison, map) : undefined,
  };
}

/** A picture of a file, upright, as `change` leaves it. */
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

/** 8-bit sRGB, as a browser shows it. */
async function embed(name: string, image: Sharp): Promise<Picture> {
  try {
    const { data, info } = await image.toColourspace('srgb').png().toBuffer({ resolveWithObject: true });
    return {
      url: `data:image/png;base64,${data.toString('base64')}`,
      widthPx: info.width,
      heightPx: info.height,
    };
  } catch (cause) {
    throw new SrganError('E_DECODE', `${name}: no picture can be made of it.`, { cause });
  }
}
