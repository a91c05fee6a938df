import type { ByteSource } from './tiff-directory.js';

export interface Segment {
  readonly marker: number;
  /** Where its data begins, and how long that is. */
  readonly start: number;
  readonly length: number;
}

/** Segments before the first scan; files in use have some dozens, with a large colour profile a few hundred. */
const MAX_SEGMENTS = 2000;

const SOS = 0xda;

/**
 * The segments of a JPEG file before its first scan (ITU T.81, B.1.1.4).
 * @throws RangeError where the file ends before
 */
export function* segmentsOf(file: ByteSource): Generator<Segment> {
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const [prefix = 0, marker = 0] = file.read(at, 2);
    if (prefix !== 0xff || marker === SOS) return;
    // fill bytes; TEM and restart markers stand alone
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else {
      const stated = file.read(at + 2, 2).readUInt16BE();
      yield { marker, start: at + 4, length: Math.max(0, stated - 2) };
      at += 2 + Math.max(2, stated);
    }
  }
}
