import { deflateSync } from 'node:zlib';
import type { Carried } from '../../job.js';
import { chunk, SIGNATURE } from '../png/chunk.js';

const HEADER_END = SIGNATURE.length + 25;
/** What metadata lies before: the pixels, the end, or nothing where the file is but a head. */
const NEXT = ['IDAT', 'IEND', ''];
const REPLACED = ['pHYs', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'eXIf'];

/** Puts metadata into a PNG file as chunks of PNG 3 (W3C 2025) and the XMP specification, part 3. */
export function attachToPng(file: Uint8Array, { icc, exif, xmp, density }: Carried): Uint8Array[] {
  const png = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const parts: Uint8Array[] = [png.subarray(0, HEADER_END)];
  if (icc) parts.push(...chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)));
  if (density !== undefined) parts.push(...chunk('pHYs', physical(density)));
  if (exif) parts.push(...chunk('eXIf', exif));
  if (xmp) parts.push(...chunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'), xmp));
  let at = HEADER_END;
  for (let type = typeAt(png, at); !NEXT.includes(type); type = typeAt(png, at)) {
    const end = at + 12 + png.readUInt32BE(at);
    if (!REPLACED.includes(type)) parts.push(png.subarray(at, end));
    at = end;
  }
  parts.push(png.subarray(at));
  return parts;
}

function typeAt(png: Buffer, at: number): string {
  return png.toString('latin1', at + 4, at + 8);
}

function physical(density: number): Buffer {
  const perMetre = Math.round(density / 0.0254);
  const data = Buffer.alloc(9);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(1, 8);
  return data;
}
