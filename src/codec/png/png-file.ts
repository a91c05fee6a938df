import type { Pixels } from '../../job.js';
import { joinAdler, type Band } from './deflate-band.js';
import { chunk, SIGNATURE } from './chunk.js';

/** Colour types by channels (W3C PNG 3, 11.2.1). */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** Deflate with a window of 32 KiB, fastest level (RFC 1950). */
const ZLIB_HEADER = Buffer.of(0x78, 0x01);

/** Signature and header of a PNG; metadata goes after them. */
export function pngHead({ widthPx, pageHeightPx, channels, data }: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(pageHeightPx, 4);
  header.writeUInt8(8 * data.BYTES_PER_ELEMENT, 8);
  header.writeUInt8(COLOUR_TYPES[channels], 9);
  return Buffer.concat([SIGNATURE, ...chunk('IHDR', header)]);
}

export const PNG_END = Buffer.concat(chunk('IEND'));

/** The pixels, one chunk for each band. */
export function pixelChunks(bands: readonly Band[]): Uint8Array[] {
  let adler = 1;
  for (const band of bands) adler = joinAdler(adler, band.adler, band.filteredBytes);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(adler);
  return bands.flatMap(({ deflated }, i) => {
    const data: Uint8Array[] = [deflated];
    if (i === 0) data.unshift(ZLIB_HEADER);
    if (i === bands.length - 1) data.push(trailer);
    return chunk('IDAT', ...data);
  });
}
