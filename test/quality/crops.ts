import { access } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { compress } from '../../src/apps/train/degrade/steps.js';
import { crop, resample, type Rgb } from '../../src/apps/train/resample.js';
import type { Contestant } from './contestants.js';
import { openEnlarger } from './enlarge.js';
import { readRgb } from './validation-sets.js';

/** Side of a detail in pixels of the original, how much larger it is shown, and the space between two. */
const SIDE = 96;
const ZOOM = 3;
const GAP = 6;
const LABEL_PX = 22;
/** Around a detail, so that every network sees what it would in the whole picture. */
const AROUND = 64;

/** Details by the centre of the picture's width and height, as shares of them. */
const DETAILS: readonly (readonly [shows: string, picture: string, x: number, y: number])[] = [
  ['skin', 'astronaut.png', 0.44, 0.22],
  ['hair', 'astronaut.png', 0.33, 0.12],
  ['fur', 'chelsea.png', 0.36, 0.42],
  ['edges', 'motorcycle_left.png', 0.35, 0.42],
  ['leaf', 'LadyBird.png', 0.35, 0.5],
  ['cables', 'Bridge_by_Sander_Klootwijk.png', 0.5, 0.12],
  ['sky', 'Bridge_by_Sander_Klootwijk.png', 0.2, 0.55],
  ['wool', 'friends_by_Aitzol_Berasategi.png', 0.5, 0.4],
];

/**
 * Writes crops-clean-x2.png, crops-jpeg75-x2.png and crops-clean-x4.png: a row for each detail, with the original, then each network.
 * @param contestants that are shown, in this order
 */
export async function drawCrops(
  pictures: string,
  contestants: readonly Contestant[],
  out: string,
): Promise<void> {
  for (const [name, factor, quality] of [
    ['clean-x2', 2, undefined],
    ['jpeg75-x2', 2, 75],
    ['clean-x4', 4, undefined],
  ] as const) {
    const shown = contestants.filter(({ only }) => only === undefined || only === factor);
    const rows = await rowsOf(pictures, shown, factor, quality);
    const titles = ['original', ...shown.map((one) => one.name)];
    await sheet(titles, rows).toFile(join(out, `crops-${name}.png`));
  }
}

interface DetailRow {
  readonly shows: string;
  readonly details: Rgb[];
}

async function rowsOf(
  pictures: string,
  shown: readonly Contestant[],
  factor: number,
  quality: number | undefined,
): Promise<DetailRow[]> {
  const rows: (DetailRow & { readonly small: Rgb; readonly at: readonly [number, number] })[] = [];
  for (const [shows, picture, x, y] of DETAILS) {
    const file = join(pictures, picture);
    if (
      !(await access(file).then(
        () => true,
        () => false,
      ))
    )
      continue;
    const whole = await readRgb(file);
    const [left, top] = [place(x, whole.widthPx, factor), place(y, whole.heightPx, factor)];
    const from = [Math.max(0, left - AROUND), Math.max(0, top - AROUND)] as const;
    const to = [whole.widthPx, whole.heightPx].map((size, axis) =>
      Math.min(factor * Math.floor(size / factor), (axis === 0 ? left : top) + SIDE + AROUND),
    ) as [number, number];
    const original = crop(whole, from[0], from[1], to[0] - from[0], to[1] - from[1]);
    const plain = resample(original, original.widthPx / factor, original.heightPx / factor, 'cubic');
    const small = quality === undefined ? plain : await compress(plain, 'jpeg', quality);
    const at = [left - from[0], top - from[1]] as const;
    rows.push({ shows, details: [crop(original, ...at, SIDE, SIDE)], small, at });
  }
  for (const { model } of shown) {
    const enlarger = await openEnlarger(model);
    for (const { details, small, at } of rows) {
      details.push(crop(await enlarger.enlarge(small, factor), ...at, SIDE, SIDE));
    }
    await enlarger.close();
  }
  return rows;
}

/** The left or top of a detail around its centre, on the grid of the small picture. */
function place(share: number, px: number, factor: number): number {
  const least = Math.min(px - SIDE, Math.max(0, share * px - SIDE / 2));
  return factor * Math.floor(least / factor);
}

function sheet(titles: readonly string[], rows: readonly DetailRow[]) {
  const side = SIDE * ZOOM;
  const width = titles.length * (side + GAP) - GAP;
  const height = LABEL_PX + rows.length * (side + GAP) - GAP;
  const texts = titles
    .map(
      (title, i) =>
        `<text x="${i * (side + GAP) + 4}" y="16" font-family="sans-serif" font-size="15">${title}</text>`,
    )
    .join('');
  const heading = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_PX}">${texts}</svg>`,
  );
  const tiles = rows.flatMap(({ details }, row) =>
    details.map(({ data, widthPx, heightPx }, column) => ({
      raw: sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } }).resize(side, side, {
        kernel: 'nearest',
      }),
      left: column * (side + GAP),
      top: LABEL_PX + row * (side + GAP),
    })),
  );
  return {
    async toFile(file: string) {
      const placed = await Promise.all(
        tiles.map(async ({ raw, left, top }) => ({ input: await raw.png().toBuffer(), left, top })),
      );
      await sharp({ create: { width, height, channels: 3, background: 'white' } })
        .composite([{ input: heading, left: 0, top: 0 }, ...placed])
        .png({ compressionLevel: 9 })
        .toFile(file);
    },
  };
}
