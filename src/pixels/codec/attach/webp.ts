import type { Carried } from '../../../contract/job.js';
import { lengthOf, type Part } from './parts.js';
import type { ByteSource } from '../metadata/tiff-directory.js';

const ICC_FLAG = 0x20;
const ALPHA_FLAG = 0x10;
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

/** Puts metadata into a WebP file as chunks of the extended format (RFC 9649). */
export function attachToWebp(
  file: ByteSource,
  { icc, exif, xmp }: Carried,
  size: { widthPx: number; heightPx: number },
): Part[] {
  if (!icc && !exif && !xmp) return [{ start: 0, end: file.length }];
  const start = file.read(0, 30);
  const extended = start.toString('latin1', 12, 16) === 'VP8X';
  const header = extended ? Buffer.from(start.subarray(20, 30)) : headerFor(start.subarray(12), size);
  header[0] = (header[0] ?? 0) | (icc ? ICC_FLAG : 0) | (exif ? EXIF_FLAG : 0) | (xmp ? XMP_FLAG : 0);
  const body: Part[] = [...chunk('VP8X', header)];
  if (icc) body.push(...chunk('ICCP', icc));
  body.push({ start: extended ? 30 : 12, end: file.length });
  if (exif) body.push(...chunk('EXIF', exif));
  if (xmp) body.push(...chunk('XMP ', xmp));
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + body.reduce((sum, part) => sum + lengthOf(part), 0), 4);
  return [riff, ...body];
}

function headerFor(image: Buffer, { widthPx, heightPx }: { widthPx: number; heightPx: number }): Buffer {
  const lossless = image.toString('latin1', 0, 4) === 'VP8L';
  const hasAlpha = lossless && ((image[12] ?? 0) & 0x10) !== 0;
  const header = Buffer.alloc(10);
  header.writeUInt8(hasAlpha ? ALPHA_FLAG : 0, 0);
  header.writeUIntLE(widthPx - 1, 4, 3);
  header.writeUIntLE(heightPx - 1, 7, 3);
  return header;
}

function chunk(type: string, data: Buffer): Buffer[] {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return [head, data, Buffer.alloc(data.length % 2)];
}
