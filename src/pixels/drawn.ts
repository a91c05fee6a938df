import type { ImageHeader } from '../contract/job.js';
import { withNativeInput } from './codec/native-input.js';
import { loadSharp } from './vips.js';

/** More pixels than this are not looked at: of a larger image rows out of its middle. */
const MAX_PIXELS = 4_000_000;

/** Formats that keep flat areas flat; whether a WebP is lossy is told by its size. */
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
 * JPEG makes blocks of skies and walls flat, too, but in many colours, and those of drawings keep theirs: so only the
 * sixteen most common flat colours count, and eight of them must hold nearly all. At quality 60 to 90 that was true
 * of four in ten of 220 drawings, and of four in some hundred photographs: night skies and cut-outs on plain ground.
 */
const COLOURS = 16;
const LEAST_FLAT_IN_JPEG = 0.4;
const LEAST_FLAT_BESIDE_BACKGROUND_IN_JPEG = 0.15;
const LEAST_IN_HALF_OF_COLOURS = 0.95;

/**
 * Whether an image is drawn, with flat areas in several colours: only where that is certain.
 * Deterministic: it looks at stored pixels, and at nothing that depends on the machine.
 * @param file path of the source's bytes, which are no lossy WebP
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
    // what cannot be decoded fails where it is decoded, with what is wrong with it
    return false;
  }
}

interface FlatColours {
  /** Pixels that were looked at. */
  readonly all: number;
  /** How many flat pixels have each colour, most common first. */
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
  if (beside === 0 || flat < all * (isJpeg ? LEAST_FLAT_IN_JPEG : LEAST_FLAT)) return false;
  const share = (flat - background) / beside;
  if (!isJpeg) return share >= LEAST_FLAT_BESIDE_BACKGROUND;
  return (
    share >= LEAST_FLAT_BESIDE_BACKGROUND_IN_JPEG &&
    sum(common.slice(0, COLOURS / 2)) >= LEAST_IN_HALF_OF_COLOURS * flat
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const colourAt = (rgb: Uint8Array, at: number) =>
  ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
