import type { Carried, Pixels } from '../../../contract/job.js';
import { attachToPng } from '../attach/attach-png.js';
import { joined } from '../attach/parts.js';
import { bufferSource } from '../metadata/tiff-directory.js';
import { joinAdler } from './deflate-band.js';
import type { Band } from '../../../contract/ports.js';
import { chunk, SIGNATURE } from './chunk.js';

/** Colour types by channels (W3C PNG 3, 11.2.1). */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** Deflate with a window of 32 KiB, fastest level (RFC 1950). */
const ZLIB_HEADER = Buffer.of(0x78, 0x01);

type Shape = Pick<Pixels, 'widthPx' | 'pageHeightPx' | 'channels'>;

/** Signature and header of a PNG; metadata goes after them. */
export function pngHead({ widthPx, pageHeightPx, channels }: Shape, bits: 8 | 16): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(pageHeightPx, 4);
  header.writeUInt8(bits, 8);
  header.writeUInt8(COLOUR_TYPES[channels], 9);
  return Buffer.concat([SIGNATURE, ...chunk('IHDR', header)]);
}

/** All that is before the pixels. */
export function pngStart(shape: Shape, bits: 8 | 16, carried: Carried): Buffer {
  const head = pngHead(shape, bits);
  return joined(head, attachToPng(bufferSource(head), carried));
}

/** All that is behind it, made band after band. */
export interface PngBody {
  add(band: Band): Uint8Array[];
  /** Ends the pixels. */
  close(): Uint8Array[];
  /** Ends the pixels and the file. */
  end(): Uint8Array[];
}

/** @param chunkOf type of the next chunk of pixels, and what stands before them in it */
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
