import { crc32, deflateSync } from 'node:zlib';
import type { Carried } from '../../job.js';
import type { Part } from '../parts.js';
import type { ByteSource } from '../tiff-directory.js';

const SIGNATURE_BYTES = 8;
const HEADER_END = SIGNATURE_BYTES + 25;
const REPLACED = ['pHYs', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'eXIf'];

/** Puts metadata into a PNG file as chunks of PNG 3 (W3C 2025) and the XMP specification, part 3. */
export function attachToPng(file: ByteSource, { icc, exif, xmp, density }: Carried): Part[] {
  const parts: Part[] = [{ start: 0, end: HEADER_END }];
  if (icc) parts.push(...pngChunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)));
  if (density !== undefined) parts.push(...pngChunk('pHYs', physical(density)));
  if (exif) parts.push(...pngChunk('eXIf', exif));
  if (xmp) parts.push(...pngChunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'), xmp));
  let at = HEADER_END;
  for (let type = typeAt(file, at); type !== 'IDAT' && type !== 'IEND'; type = typeAt(file, at)) {
    const end = at + 12 + file.read(at, 4).readUInt32BE();
    if (!REPLACED.includes(type)) parts.push({ start: at, end });
    at = end;
  }
  parts.push({ start: at, end: file.length });
  return parts;
}

function typeAt(file: ByteSource, at: number): string {
  return file.read(at + 4, 4).toString('latin1');
}

function physical(density: number): Buffer {
  const perMetre = Math.round(density / 0.0254);
  const data = Buffer.alloc(9);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(1, 8);
  return data;
}

export function pngChunk(type: string, ...data: Uint8Array[]): Uint8Array[] {
  const length = data.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length, 0);
  head.write(type, 4, 'latin1');
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(data.reduce((sum, part) => crc32(part, sum), crc32(head.subarray(4))));
  return [head, ...data, tail];
}
