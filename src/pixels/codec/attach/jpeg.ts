import type { Carried } from '../../../contract/job.js';
import type { Part } from './parts.js';
import type { ByteSource } from '../metadata/tiff-directory.js';

const MOST = 65533;

/** What of the metadata is too long for the segments of a JPEG file. */
export function tooLongForJpeg({ exif, xmp, iptc }: Carried): ('exif' | 'xmp' | 'iptc')[] {
  const long: ('exif' | 'xmp' | 'iptc')[] = [];
  if (exif && exif.length + EXIF.length > MOST) long.push('exif');
  if (xmp && xmp.length + XMP.length > MOST) long.push('xmp');
  if (iptc && asPhotoshop(iptc).length > MOST) long.push('iptc');
  return long;
}

/** Puts metadata into a JPEG file as APP0 (JFIF 1.02), APP1 (Exif 2.32, XMP), APP2 (ICC.1) and APP13. */
export function attachToJpeg(
  file: ByteSource,
  { icc, exif, xmp, iptc, texts = [], density }: Carried,
): Part[] {
  let at = 2;
  if (file.read(at, 2).readUInt16BE() === 0xffe0) at += 2 + file.read(at + 2, 2).readUInt16BE();
  const parts: Part[] = [{ start: 0, end: 2 }, segment(0xe0, jfif(density))];
  if (exif) parts.push(segment(0xe1, EXIF, exif));
  if (xmp) parts.push(segment(0xe1, XMP, xmp));
  const most = MOST - ICC.length - 2;
  const count = Math.ceil((icc?.length ?? 0) / most);
  for (let i = 0; icc && i < count; i++) {
    const numbers = Buffer.from([i + 1, count]);
    parts.push(segment(0xe2, ICC, numbers, icc.subarray(i * most, (i + 1) * most)));
  }
  if (iptc) parts.push(segment(0xed, asPhotoshop(iptc)));
  for (const { comment } of texts) if (comment) parts.push(segment(0xfe, comment));
  parts.push({ start: at, end: file.length });
  return parts;
}

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1');
const PHOTOSHOP = 'Photoshop 3.0\0';

function segment(marker: number, ...data: Uint8Array[]): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + data.reduce((sum, part) => sum + part.length, 0), 2);
  return Buffer.concat([head, ...data]);
}

function jfif(density: number | undefined): Buffer {
  const data = Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1');
  if (density === undefined) return data;
  const perInch = Math.min(65535, Math.max(1, Math.round(density)));
  data.writeUInt8(1, 7);
  data.writeUInt16BE(perInch, 8);
  data.writeUInt16BE(perInch, 10);
  return data;
}

/** A bare IPTC record becomes the image resource that holds it; what came from a JPEG is one already. */
function asPhotoshop(iptc: Buffer): Buffer {
  if (iptc.toString('latin1', 0, PHOTOSHOP.length) === PHOTOSHOP) return iptc;
  const head = Buffer.from(`${PHOTOSHOP}8BIM\x04\x04\0\0\0\0\0\0`, 'latin1');
  head.writeUInt32BE(iptc.length, head.length - 4);
  return Buffer.concat([head, iptc, Buffer.alloc(iptc.length % 2)]);
}
