import type { ImageHeader } from '../contract/job.js';
import { withNativeInput } from './codec/native-input.js';
import { loadSharp } from './vips.js';

/** More pixels than this are not looked at: of a larger image rows out of its middle. */
const MAX_PIXELS = 4_000_000;

/** Formats that keep flat areas flat. */
const LOSSLESS = ['png', 'webp', 'gif'];

/** Photographs without loss take 1.5 bytes a pixel and more, drawings at most 0.8; so most are told without decoding. */
const MAX_BYTES_PER_PIXEL = 1.2;

/**
 * Shares of pixels that equal those to the right and below, of all and of those that do not have the most common flat
 * colour. Of photographs at most 0.25 and 0.2 were seen, where large parts are black; drawings have 0.5 to 0.9.
 */
const LEAST_FLAT = 0.5;
const LEAST_FLAT_BESIDE_BACKGROUND = 0.25;

/**
 * Whether an image without loss is drawn, with flat areas in several colours: only where that is certain.
 * Deterministic: it looks at stored pixels, and at nothing that depends on the machine.
 * @param file path of the source's bytes, which are no lossy WebP
 */
export async function looksDrawn(file: string, header: ImageHeader): Promise<boolean> {
  const { format, widthPx, heightPx, pages, bitsPerSample, gray, fileBytes } = header;
  if (!LOSSLESS.includes(format) || bitsPerSample !== 8 || gray) return false;
  if (fileBytes > MAX_BYTES_PER_PIXEL * widthPx * heightPx * pages) return false;
  const sharp = await loadSharp();
  try {
    const { data, info } = await withNativeInput(file, async (input) => {
      const image = sharp(input, { pages: 1, limitInputPixels: false });
      const { width, height } = await image.metadata();
      const rows = Math.min(height, Math.max(2, Math.floor(MAX_PIXELS / width)));
      return image
        .extract({ left: 0, top: Math.floor((height - rows) / 2), width, height: rows })
        .flatten({ background: 'white' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
    });
    return info.channels === 3 && isFlat(data, info.width, info.height);
  } catch {
    // what cannot be decoded fails where it is decoded, with what is wrong with it
    return false;
  }
}

function isFlat(rgb: Uint8Array, widthPx: number, heightPx: number): boolean {
  const counts = new Map<number, number>();
  let flat = 0;
  for (let y = 0; y + 1 < heightPx; y += 1) {
    for (let x = 0; x + 1 < widthPx; x += 1) {
      const at = 3 * (y * widthPx + x);
      const colour = colourAt(rgb, at);
      if (colour !== colourAt(rgb, at + 3) || colour !== colourAt(rgb, at + 3 * widthPx)) continue;
      flat += 1;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  const all = (widthPx - 1) * (heightPx - 1);
  let background = 0;
  for (const count of counts.values()) background = Math.max(background, count);
  const beside = all - background;
  return flat >= LEAST_FLAT * all && beside > 0 && flat - background >= LEAST_FLAT_BESIDE_BACKGROUND * beside;
}

const colourAt = (rgb: Uint8Array, at: number) =>
  ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
