import { crc32, deflateSync } from 'node:zlib';
import { isUtf8 } from 'node:buffer';
import type { Carried } from '../../../contract/job.js';
import type { Part, ByteSource } from '../byte-source.js';

export const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Makes a PNG chunk, as consecutive parts of the file. */
export function chunk(type: string, ...data: Uint8Array[]): Uint8Array[] {
  const length = data.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length, 0);
  head.write(type, 4, 'latin1');
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(data.reduce((sum, part) => crc32(part, sum), crc32(head.subarray(4))));
  return [head, ...data, tail];
}

const HEADER_END = SIGNATURE.length + 25;
/** Metadata comes before the first of these chunks. */
const NEXT = ['IDAT', 'IEND'];
const REPLACED = ['pHYs', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP', 'eXIf'];

/** Adds metadata to a PNG file as chunks of PNG 3 (W3C 2025) and the XMP specification, part 3. */
export function attachToPng(
  file: ByteSource,
  { icc, colour, exif, xmp, texts = [], density }: Carried,
): Part[] {
  const parts: Part[] = [{ start: 0, end: HEADER_END }];
  const { cicp, chunks } = colour ?? {};
  if (cicp) parts.push(...chunk('cICP', Buffer.of(cicp.primaries, cicp.transfer, 0, 1)));
  if (chunks) parts.push(...chunks);
  else if (icc) parts.push(...chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)));
  if (density !== undefined) parts.push(...chunk('pHYs', physical(density)));
  if (exif) parts.push(...chunk('eXIf', exif));
  if (xmp) parts.push(...chunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'), xmp));
  for (const { chunk: whole, comment } of texts) {
    if (whole) parts.push(whole);
    else if (comment) parts.push(...commentChunk(comment));
  }
  let at = HEADER_END;
  while (at < file.length) {
    const head = file.read(at, 8);
    const type = head.toString('latin1', 4);
    if (NEXT.includes(type)) break;
    const end = at + 12 + head.readUInt32BE();
    if (!REPLACED.includes(type)) parts.push({ start: at, end });
    at = end;
  }
  parts.push({ start: at, end: file.length });
  return parts;
}

/** Makes a text chunk of a JPEG comment: ASCII, otherwise UTF-8 if valid, otherwise Latin-1. */
function commentChunk(comment: Buffer): Uint8Array[] {
  const text = comment.subarray(0, comment.indexOf(0) < 0 ? comment.length : comment.indexOf(0));
  const isAscii = text.every((byte) => byte < 0x80);
  if (isAscii || !isUtf8(text)) return chunk('tEXt', Buffer.from('Comment\0', 'latin1'), text);
  return chunk('iTXt', Buffer.from('Comment\0\0\0\0\0', 'latin1'), text);
}

function physical(density: number): Buffer {
  const perMetre = Math.round(density / 0.0254);
  const data = Buffer.alloc(9);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(1, 8);
  return data;
}
