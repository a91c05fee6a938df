import type { ByteSource } from './tiff-directory.js';

/** Segments before the first scan; files in use have some dozens, with a large colour profile a few hundred. */
const MAX_SEGMENTS = 2000;

const SOS = 0xda;
const DQT = 0xdb;
const TABLE_VALUES = 64;

/** Sum of the luminance table of ITU T.81, annex K.1, which libjpeg scales by its quality. */
const STANDARD_SUM = 3688;

/**
 * How coarsely a JPEG file is quantized, as the quality from 1 to 100 at which libjpeg's own luminance table is
 * equally coarse on the whole. Only segment headers and quantization tables are read.
 * @returns undefined where no table comes before the first scan
 * @throws RangeError where the file ends before
 */
export function jpegQuality(file: ByteSource): number | undefined {
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const [prefix = 0, marker = 0] = file.read(at, 2);
    if (prefix !== 0xff || marker === SOS) return undefined;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // TEM and restart markers stand alone
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = file.read(at + 2, 2).readUInt16BE();
    if (marker === DQT) {
      const sum = sumOfFirstTable(file.read(at + 4, Math.max(0, length - 2)));
      if (sum !== undefined) return qualityOf((100 * sum) / STANDARD_SUM);
    }
    at += 2 + length;
  }
  return undefined;
}

/** Of table 0, which the first component has in all but odd files. */
function sumOfFirstTable(tables: Buffer): number | undefined {
  let at = 0;
  while (at < tables.length) {
    const head = tables.readUInt8(at);
    const width = head >> 4 === 0 ? 1 : 2;
    at += 1;
    if ((head & 15) === 0) {
      let sum = 0;
      for (let i = 0; i < TABLE_VALUES; i += 1) sum += tables.readUIntBE(at + i * width, width);
      return sum;
    }
    at += TABLE_VALUES * width;
  }
  return undefined;
}

/** The inverse of jpeg_quality_scaling in libjpeg. */
function qualityOf(percent: number): number {
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.min(100, Math.max(1, Math.round(quality)));
}
