import path from 'node:path';
import { imageName } from '../../flow/measured-runs/scene.js';
import { loadSharp } from '../../pixels/vips.js';
import { asSrganError, SrganError } from '../../system/errors.js';
import type { Source } from '../../contract/job.js';
import { openRows, type Rows } from '../../pixels/metrics/open-rows.js';
import { SSIM_WINDOW_PX } from '../../pixels/metrics/psnr-ssim.js';
import { downscale, type Small } from './downscale.js';
import type { DownscaleFilter } from './filters.js';

/** An original that was made small; its small version lies in a file by its number. */
export interface Prepared {
  readonly path: string;
  /** Of what is compared: the original without what does not fill a pixel of the small one. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly small: string;
}

/** Of an original: its small version is held in memory, up to 400 MB of 16-bit colour with alpha at x2. */
const MOST_PIXELS = 200e6;

/**
 * Makes one original small, as `imageName(index)` in `directory`.
 * @throws SrganError for an image that cannot be compared, and E_WRITE
 */
export async function prepare(
  source: Source,
  index: number,
  directory: string,
  { scale, filter }: { scale: number; filter: DownscaleFilter },
): Promise<Prepared> {
  if (source.invalid) throw source.invalid;
  const rows = await openRows(source.path);
  try {
    mustSuit(rows, scale);
    const file = path.join(directory, imageName(index));
    const made = await downscale(rows, scale, filter);
    await save(made, file);
    return {
      path: source.path,
      widthPx: made.widthPx * scale,
      heightPx: made.heightPx * scale,
      small: file,
    };
  } finally {
    await rows.close();
  }
}

function mustSuit({ path: file, widthPx, pageHeightPx: heightPx, pages }: Rows, scale: number) {
  const refuse = (code: 'E_UNSUPPORTED' | 'E_TOO_LARGE', sentence: string) => {
    throw new SrganError(code, `${file}: ${sentence}`);
  };
  if (pages > 1) refuse('E_UNSUPPORTED', `it has ${pages} pages or frames; only single images are compared.`);
  if (widthPx * heightPx > MOST_PIXELS)
    refuse('E_TOO_LARGE', `${widthPx}×${heightPx} px are more than the ${MOST_PIXELS / 1e6} Mpx compared.`);
  const least = leastSide(scale);
  const side = Math.floor(Math.min(widthPx, heightPx) / scale) * scale;
  if (side < least) {
    const size = `${widthPx}×${heightPx} px`;
    refuse(
      'E_UNSUPPORTED',
      `${size} are too few to compare at x${scale}; both sides must have ${least} at least.`,
    );
  }
}

/** A multiple of the scale with room for the border that is left out and for a window of SSIM. */
export const leastSide = (scale: number): number => Math.ceil((2 * scale + SSIM_WINDOW_PX) / scale) * scale;

async function save({ samples, widthPx, heightPx, channels }: Small, file: string): Promise<void> {
  const sharp = await loadSharp();
  const wide = samples instanceof Uint16Array;
  const space = channels === 1 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
  await sharp(samples, { raw: { width: widthPx, height: heightPx, channels } })
    .toColourspace(space)
    .png({ compressionLevel: 3 })
    .toFile(file)
    .catch((cause: unknown) => {
      throw asSrganError(cause, 'E_WRITE', `${file}: an image made small cannot be written.`);
    });
}
