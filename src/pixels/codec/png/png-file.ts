import type { Carried, Pixels } from '../../../contract/job.js';
import { attachToPng, chunk, SIGNATURE } from './png-chunks.js';
import { joinParts, bufferSource } from '../byte-source.js';
import { joinAdler } from './deflate-band.js';
import type { Band } from '../../../contract/ports.js';
import type { Rect } from '../../../contract/tiles.js';

/** Colour types by channels (W3C PNG 3, 11.2.1). */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** Deflate with a window of 32 KiB at the fastest level (RFC 1950). */
const ZLIB_HEADER = Buffer.of(0x78, 0x01);

type Shape = Pick<Pixels, 'widthPx' | 'pageHeightPx' | 'channels'>;

/** Returns the signature and header of a PNG, which metadata follows. */
export function pngHead({ widthPx, pageHeightPx, channels }: Shape, bits: 8 | 16): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(pageHeightPx, 4);
  header.writeUInt8(bits, 8);
  header.writeUInt8(COLOUR_TYPES[channels], 9);
  return Buffer.concat([SIGNATURE, ...chunk('IHDR', header)]);
}

/** Returns everything before the pixels. */
export function pngStart(shape: Shape, bits: 8 | 16, carried: Carried): Buffer {
  const head = pngHead(shape, bits);
  return joinParts(head, attachToPng(bufferSource(head), carried));
}

/** Writes the pixels band by band, and the end of the file. */
export interface PngBody {
  add(band: Band): Uint8Array[];
  /** Ends the pixels. */
  close(): Uint8Array[];
  /** Ends the pixels and the file. */
  end(): Uint8Array[];
}

/** @param chunkOf returns the type of the next chunk of pixels, and the data before the pixels in it */
export function openPngBody(chunkOf: () => readonly [string, ...Uint8Array[]] = () => ['IDAT']): PngBody {
  let adler = 1;
  let start: Uint8Array[] = [ZLIB_HEADER];
  const pixels = (...data: Uint8Array[]) => {
    const [type, ...before] = chunkOf();
    return chunk(type, ...before, ...data);
  };
  const close = () => {
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE(adler);
    return pixels(trailer);
  };
  return {
    add(band) {
      adler = joinAdler(adler, band.adler, band.filteredBytes);
      const data = [...start, band.deflated];
      start = [];
      return pixels(...data);
    },
    close,
    end: () => [...close(), ...chunk('IEND')],
  };
}

/** Maximum delay of a frame in milliseconds. */
const MAX_DELAY_MS = 65_535;

/** Returns the rectangle of a page that differs from the page before; a single pixel if nothing does. */
export function changedPart({ data, widthPx, pageHeightPx, channels }: Pixels, page: number): Rect {
  if (page === 0) return { xPx: 0, yPx: 0, widthPx, heightPx: pageHeightPx };
  const rowSamples = widthPx * channels;
  const size = rowSamples * pageHeightPx;
  let [top, bottom, left, right] = [pageHeightPx, 0, widthPx, 0];
  for (let y = 0; y < pageHeightPx; y += 1) {
    const row = page * size + y * rowSamples;
    const differs = (at: number) => data[row + at] !== data[row + at - size];
    let first = 0;
    while (first < rowSamples && !differs(first)) first += 1;
    if (first === rowSamples) continue;
    let last = rowSamples - 1;
    while (!differs(last)) last -= 1;
    top = Math.min(top, y);
    bottom = y + 1;
    left = Math.min(left, Math.floor(first / channels));
    right = Math.max(right, Math.floor(last / channels) + 1);
  }
  if (bottom === 0) return { xPx: 0, yPx: 0, widthPx: 1, heightPx: 1 };
  return { xPx: left, yPx: top, widthPx: right - left, heightPx: bottom - top };
}

/** Writes the chunks of an animation after those of the header. */
export interface ApngBody {
  /** Adds a frame that replaces a rectangle of the canvas. @param bands all of its pixels */
  add(part: Rect, delayMs: number, bands: readonly Band[]): Uint8Array[];
  end(): Uint8Array[];
}

/** @param loop number of plays; 0 means forever */
export function openApngBody(frames: number, loop: number): ApngBody {
  let sequence = 0;
  let begun = false;
  const numbered = (...numbers: number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    numbers.forEach((number, at) => bytes.writeUInt32BE(number, 4 * at));
    return bytes;
  };
  return {
    add({ xPx, yPx, widthPx, heightPx }, delayMs, bands) {
      const start = begun ? [] : chunk('acTL', numbered(frames, loop));
      const control = chunk('fcTL', numbered(sequence++, widthPx, heightPx, xPx, yPx), timing(delayMs));
      const body = openPngBody(begun ? () => ['fdAT', numbered(sequence++)] : undefined);
      begun = true;
      return [...start, ...control, ...bands.flatMap((band) => body.add(band)), ...body.close()];
    },
    end: () => chunk('IEND'),
  };
}

/** Encodes the delay as a fraction of a second, without disposal and blending. */
function timing(delayMs: number): Buffer {
  const bytes = Buffer.alloc(6);
  const long = delayMs > MAX_DELAY_MS;
  bytes.writeUInt16BE(Math.min(MAX_DELAY_MS, Math.round(long ? delayMs / 1000 : delayMs)), 0);
  bytes.writeUInt16BE(long ? 1 : 1000, 2);
  return bytes;
}
