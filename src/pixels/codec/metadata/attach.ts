import type { Carried } from '../../../contract/job.js';
import type { Size } from '../../../system/measures.js';
import { attachToAvif } from './heif.js';
import type { VipsFormat } from '../formats.js';
import { type Part, type ByteSource, partBytes } from '../byte-source.js';
import { tiffTagsOfExif } from './exif.js';
import { readDirectories, type Directory, writeDirectory, type Tag } from './tiff-directory.js';

/**
 * Adds metadata to an encoded file without reading its pixels. AVIF has its metadata from the encoder, except code
 * points of colours; PNG has it from the start; GIF has none.
 */
export function attach(
  file: ByteSource,
  format: VipsFormat,
  carried: Carried,
  { lossless, ...size }: Size & { readonly lossless: boolean },
): readonly Part[] {
  switch (format) {
    case 'jpeg':
      return attachToJpeg(file, carried);
    case 'webp':
      return attachToWebp(file, carried, size);
    case 'tiff':
      return attachToTiff(file, carried);
    case 'avif':
      return attachToAvif(file, carried.colour?.cicp, lossless);
    case 'gif':
      return [{ start: 0, end: file.length }];
  }
}

const MAX_SEGMENT_BYTES = 65533;

/** Returns the metadata that is too long for the segments of a JPEG file. */
export function tooLongForJpeg({ exif, xmp, iptc }: Carried): ('exif' | 'xmp' | 'iptc')[] {
  const long: ('exif' | 'xmp' | 'iptc')[] = [];
  if (exif && exif.length + EXIF_HEADER.length > MAX_SEGMENT_BYTES) long.push('exif');
  if (xmp && xmp.length + XMP_HEADER.length > MAX_SEGMENT_BYTES) long.push('xmp');
  if (iptc && asPhotoshop(iptc).length > MAX_SEGMENT_BYTES) long.push('iptc');
  return long;
}

/** Adds metadata to a JPEG file as APP0 (JFIF 1.02), APP1 (Exif 2.32, XMP), APP2 (ICC.1) and APP13 segments. */
export function attachToJpeg(
  file: ByteSource,
  { icc, exif, xmp, iptc, texts = [], density }: Carried,
): Part[] {
  let at = 2;
  if (file.read(at, 2).readUInt16BE() === 0xffe0) at += 2 + file.read(at + 2, 2).readUInt16BE();
  const parts: Part[] = [{ start: 0, end: 2 }, segment(0xe0, jfif(density))];
  if (exif) parts.push(segment(0xe1, EXIF_HEADER, exif));
  if (xmp) parts.push(segment(0xe1, XMP_HEADER, xmp));
  const most = MAX_SEGMENT_BYTES - ICC_HEADER.length - 2;
  const count = Math.ceil((icc?.length ?? 0) / most);
  for (let i = 0; icc && i < count; i++) {
    const numbers = Buffer.from([i + 1, count]);
    parts.push(segment(0xe2, ICC_HEADER, numbers, icc.subarray(i * most, (i + 1) * most)));
  }
  if (iptc) parts.push(segment(0xed, asPhotoshop(iptc)));
  for (const { comment } of texts) if (comment) parts.push(segment(0xfe, comment));
  parts.push({ start: at, end: file.length });
  return parts;
}

const EXIF_HEADER = Buffer.from('Exif\0\0', 'latin1');
const XMP_HEADER = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
const ICC_HEADER = Buffer.from('ICC_PROFILE\0', 'latin1');
const PHOTOSHOP_HEADER = 'Photoshop 3.0\0';

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

/** Wraps a bare IPTC record in a Photoshop image resource; a record from a JPEG file already is in one. */
function asPhotoshop(iptc: Buffer): Buffer {
  if (iptc.toString('latin1', 0, PHOTOSHOP_HEADER.length) === PHOTOSHOP_HEADER) return iptc;
  const head = Buffer.from(`${PHOTOSHOP_HEADER}8BIM\x04\x04\0\0\0\0\0\0`, 'latin1');
  head.writeUInt32BE(iptc.length, head.length - 4);
  return Buffer.concat([head, iptc, Buffer.alloc(iptc.length % 2)]);
}

const ICC_FLAG = 0x20;
const ALPHA_FLAG = 0x10;
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

/** Adds metadata to a WebP file as chunks of the extended format (RFC 9649). */
export function attachToWebp(
  file: ByteSource,
  { icc, exif, xmp }: Carried,
  size: { widthPx: number; heightPx: number },
): Part[] {
  if (!icc && !exif && !xmp) return [{ start: 0, end: file.length }];
  const start = file.read(0, 30);
  const extended = start.toString('latin1', 12, 16) === 'VP8X';
  const header = extended ? Buffer.from(start.subarray(20, 30)) : extendedHeader(start.subarray(12), size);
  header[0] = (header[0] ?? 0) | (icc ? ICC_FLAG : 0) | (exif ? EXIF_FLAG : 0) | (xmp ? XMP_FLAG : 0);
  const body: Part[] = [...riffChunk('VP8X', header)];
  if (icc) body.push(...riffChunk('ICCP', icc));
  body.push({ start: extended ? 30 : 12, end: file.length });
  if (exif) body.push(...riffChunk('EXIF', exif));
  if (xmp) body.push(...riffChunk('XMP ', xmp));
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + body.reduce((sum, part) => sum + partBytes(part), 0), 4);
  return [riff, ...body];
}

function extendedHeader(image: Buffer, { widthPx, heightPx }: { widthPx: number; heightPx: number }): Buffer {
  const lossless = image.toString('latin1', 0, 4) === 'VP8L';
  const hasAlpha = lossless && ((image[12] ?? 0) & 0x10) !== 0;
  const header = Buffer.alloc(10);
  header.writeUInt8(hasAlpha ? ALPHA_FLAG : 0, 0);
  header.writeUIntLE(widthPx - 1, 4, 3);
  header.writeUIntLE(heightPx - 1, 7, 3);
  return header;
}

function riffChunk(type: string, data: Buffer): Buffer[] {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return [head, data, Buffer.alloc(data.length % 2)];
}

const XMP_TAG = 700;
const IPTC_TAG = 33723;
const ICC_TAG = 34675;
const UNDEFINED = 7;

/**
 * Adds metadata to a little-endian classic TIFF file. All directories are written again after the pixels, with the
 * profile in every page and the rest in the first.
 */
export function attachToTiff(file: ByteSource, { icc, exif, xmp, iptc }: Carried): Part[] {
  if (!icc && !exif && !xmp && !iptc) return [{ start: 0, end: file.length }];
  const block = (tag: number, data: Buffer | undefined, type: number): Tag[] =>
    data ? [{ tag, type, count: data.length, data }] : [];
  const described = exif ? tiffTagsOfExif(exif) : { tags: [], children: new Map<number, Directory>() };
  const first = [
    ...described.tags,
    ...block(XMP_TAG, xmp, 1),
    ...block(IPTC_TAG, iptc && bareIptc(iptc), UNDEFINED),
  ];
  const head = Buffer.from(file.read(0, 8));
  const padding = Buffer.alloc(file.length % 2);
  let end = file.length + padding.length;
  head.writeUInt32LE(end, 4);
  const pages = readDirectories(file);
  const written = pages.map((page, i) => {
    const tags = [...page.entries, ...block(ICC_TAG, icc, UNDEFINED), ...(i === 0 ? first : [])];
    const children = i === 0 ? described.children : new Map<number, Directory>();
    const last = i === pages.length - 1;
    // the length does not depend on the offset of the next directory
    const length = last ? 0 : writeDirectory(tags, children, end, 0).length;
    const directory = writeDirectory(tags, children, end, last ? 0 : end + length);
    end += directory.length;
    return directory;
  });
  return [head, { start: 8, end: file.length }, padding, ...written];
}

/** Extracts the IPTC record from the Photoshop image resources of a JPEG file (resource 0x0404). */
export function bareIptc(iptc: Buffer): Buffer | undefined {
  if (iptc.toString('latin1', 0, 14) !== 'Photoshop 3.0\0') return iptc;
  let at = 14;
  while (at + 12 <= iptc.length && iptc.toString('latin1', at, at + 4) === '8BIM') {
    const id = iptc.readUInt16BE(at + 4);
    const name = iptc.readUInt8(at + 6) + 1;
    const start = at + 6 + name + (name % 2) + 4;
    if (start > iptc.length) return undefined;
    const length = iptc.readUInt32BE(start - 4);
    if (id === 0x0404) return iptc.subarray(start, start + length);
    at = start + length + (length % 2);
  }
  return undefined;
}
