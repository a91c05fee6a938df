import type { Carried } from '../../../contract/job.js';
import { tiffTagsOfExif } from '../metadata/exif.js';
import type { Part } from './parts.js';
import { readDirectories, type ByteSource, type Directory } from '../metadata/tiff-directory.js';
import { writeDirectory, type Tag } from '../metadata/tiff-write.js';

const XMP = 700;
const IPTC = 33723;
const ICC = 34675;
const UNDEFINED = 7;

/**
 * Puts metadata into a little-endian classic TIFF file: each of its directories is written again behind the
 * pixels, with the profile in every page and the rest in the first.
 */
export function attachToTiff(file: ByteSource, { icc, exif, xmp, iptc }: Carried): Part[] {
  if (!icc && !exif && !xmp && !iptc) return [{ start: 0, end: file.length }];
  const block = (tag: number, data: Buffer | undefined, type: number): Tag[] =>
    data ? [{ tag, type, count: data.length, data }] : [];
  const described = exif ? tiffTagsOfExif(exif) : { tags: [], children: new Map<number, Directory>() };
  const first = [...described.tags, ...block(XMP, xmp, 1), ...block(IPTC, iptc && bareIptc(iptc), UNDEFINED)];
  const head = Buffer.from(file.read(0, 8));
  const padding = Buffer.alloc(file.length % 2);
  let end = file.length + padding.length;
  head.writeUInt32LE(end, 4);
  const pages = readDirectories(file);
  const written = pages.map((page, i) => {
    const tags = [...page.entries, ...block(ICC, icc, UNDEFINED), ...(i === 0 ? first : [])];
    const children = i === 0 ? described.children : new Map<number, Directory>();
    const last = i === pages.length - 1;
    // the length does not depend on where the next directory lies
    const length = last ? 0 : writeDirectory(tags, children, end, 0).length;
    const directory = writeDirectory(tags, children, end, last ? 0 : end + length);
    end += directory.length;
    return directory;
  });
  return [head, { start: 8, end: file.length }, padding, ...written];
}

/** The IPTC record out of the image resources of a JPEG file: resource 0x0404 of `Photoshop 3.0`. */
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
