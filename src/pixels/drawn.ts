import type { ImageHeader } from '../contract/job.js';
import { withNativeInput } from './codec/native-input.js';
import { loadSharp } from './vips.js';

/** Of a larger image, only rows in the middle are examined. */
const MAX_PIXELS = 4_000_000;

/** Formats that keep flat areas flat; the size tells whether a WebP is lossy. */
const LOSSLESS = ['png', 'webp', 'gif'];

/** Lossless photographs take 1.5 bytes a pixel or more, drawings at most 0.8, so most need no decoding. */
const MAX_BYTES_PER_PIXEL = 1.2;

/**
 * Minimum shares of flat pixels (equal to those to the right and below): of all pixels, and of those without the most
 * common flat colour. Photographs have at most 0.25 and 0.2, those with large black areas; drawings have 0.5 to 0.9.
 */
const MIN_FLAT = 0.5;
const MIN_FLAT_BESIDE_BACKGROUND = 0.25;

/**
 * JPEG also flattens blocks of skies and walls, but in many colours, while drawings keep theirs. So only the sixteen
 * most common flat colours count, and eight of them must cover nearly all flat pixels. At quality 60 to 90 this holds
 * for four in ten of 220 drawings and for four of some hundred photographs: night skies and cut-outs on plain ground.
 */
const COLOURS = 16;
const MIN_FLAT_IN_JPEG = 0.4;
const MIN_FLAT_BESIDE_BACKGROUND_IN_JPEG = 0.15;
const MIN_IN_HALF_OF_COLOURS = 0.95;

/**
 * Returns true if an image is certainly a drawing, with flat areas in several colours. Deterministic: depends on the
 * stored pixels only.
 * @param file path of the source, which is not a lossy WebP
 */
export async function looksDrawn(file: string, header: ImageHeader): Promise<boolean> {
  const { format, widthPx, heightPx, pages, bitsPerSample, gray, fileBytes } = header;
  if (bitsPerSample !== 8 || gray) return false;
  const isJpeg = format === 'jpeg';
  const maxBytes = MAX_BYTES_PER_PIXEL * widthPx * heightPx * pages;
  if (!isJpeg && (!LOSSLESS.includes(format) || fileBytes > maxBytes)) return false;
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
    return info.channels === 3 && isDrawn(flatColours(data, info.width, info.height), isJpeg);
  } catch {
    // a damaged image fails later, when it is decoded, with the reason
    return false;
  }
}

interface FlatColours {
  /** Number of pixels examined. */
  readonly all: number;
  /** Number of flat pixels of each colour, most common first. */
  readonly counts: readonly number[];
}

function flatColours(rgb: Uint8Array, widthPx: number, heightPx: number): FlatColours {
  const counts = new Map<number, number>();
  for (let y = 0; y + 1 < heightPx; y += 1) {
    for (let x = 0; x + 1 < widthPx; x += 1) {
      const at = 3 * (y * widthPx + x);
      const colour = colourAt(rgb, at);
      if (colour !== colourAt(rgb, at + 3) || colour !== colourAt(rgb, at + 3 * widthPx)) continue;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  return {
    all: (widthPx - 1) * (heightPx - 1),
    counts: [...counts.values()].sort((a, b) => b - a),
  };
}

function isDrawn({ all, counts }: FlatColours, isJpeg: boolean): boolean {
  const [background = 0] = counts;
  const beside = all - background;
  const common = isJpeg ? counts.slice(0, COLOURS) : counts;
  const flat = sum(common);
  if (beside === 0 || flat < all * (isJpeg ? MIN_FLAT_IN_JPEG : MIN_FLAT)) return false;
  const share = (flat - background) / beside;
  if (!isJpeg) return share >= MIN_FLAT_BESIDE_BACKGROUND;
  return (
    share >= MIN_FLAT_BESIDE_BACKGROUND_IN_JPEG &&
    sum(common.slice(0, COLOURS / 2)) >= MIN_IN_HALF_OF_COLOURS * flat
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const colourAt = (rgb: Uint8Array, at: number) =>
  ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
