import { bufferSource, type ByteSource } from '../byte-source.js';
import {
  EXIF_POINTER,
  isLittleEndian,
  readDirectories,
  type Directory,
  descriptive,
  writeDirectory,
  type Tag,
} from './tiff-directory.js';

const ORIENTATION = 274;
const X_RESOLUTION = 282;
const RESOLUTION_UNIT = 296;
const RESOLUTION = [X_RESOLUTION, 283, RESOLUTION_UNIT];
const CENTIMETRE = 3;
const RATIONAL = 5;
const SHORT = 3;
const LONG = 4;

/** Removes the prefix `Exif\0\0` that some containers add. Returns undefined for malformed EXIF. */
export function bareExif(blob: Buffer | undefined): Buffer | undefined {
  if (!blob) return undefined;
  const bare = blob.toString('latin1', 0, 6) === 'Exif\0\0' ? blob.subarray(6) : blob;
  return directoriesOf(bare) ? bare : undefined;
}

/** Returns the pixels per inch of an EXIF block, if stated. */
export function densityOf(exif: Buffer): number | undefined {
  const first = directoriesOf(exif)?.[0];
  const resolution = first?.entries.find(({ tag, type }) => tag === X_RESOLUTION && type === RATIONAL)?.data;
  const perUnit = resolution ? resolution.readUInt32LE(0) / resolution.readUInt32LE(4) : NaN;
  const perInch = first?.numbers(RESOLUTION_UNIT)?.[0] === CENTIMETRE ? perUnit * 2.54 : perUnit;
  return Number.isFinite(perInch) && perInch > 0 ? perInch : undefined;
}

/** Returns a copy of the block with the orientation set to upright. */
export function uprightExif(exif: Buffer): Buffer {
  return patched(exif, (first) => [[first, ORIENTATION, 1]]);
}

/**
 * Returns a copy of the block for a new image size: updates the dimensions and unlinks the thumbnail. Everything else
 * keeps its offset, so that maker notes with absolute offsets still work.
 */
export function resizedExif(exif: Buffer, widthPx: number, heightPx: number): Buffer {
  const copy = patched(exif, (first) => {
    const detail = first.children.get(EXIF_POINTER);
    return [
      [first, 256, widthPx],
      [first, 257, heightPx],
      [detail, 40962, widthPx],
      [detail, 40963, heightPx],
    ];
  });
  const first = directoriesOf(copy)?.[0];
  if (first) copy.fill(0, first.nextAt, first.nextAt + 4);
  return copy;
}

/** Makes an EXIF block from the descriptive tags of a TIFF file. Returns undefined if there are none. */
export function exifOfTiff(file: ByteSource): Buffer | undefined {
  try {
    const [first] = readDirectories(file, 1);
    if (!first) return undefined;
    const { tags, children } = descriptive(first);
    if (tags.length === 0 && children.size === 0) return undefined;
    const resolution = first.entries.filter(({ tag }) => RESOLUTION.includes(tag));
    const head = Buffer.from('II*\0\x08\0\0\0', 'latin1');
    return Buffer.concat([head, writeDirectory([...tags, ...resolution], children, head.length, 0)]);
  } catch {
    return undefined; // malformed directories contain no usable EXIF
  }
}

/** Returns the tags of an EXIF block that belong into the first directory of a TIFF file. */
export function tiffTagsOfExif(exif: Buffer): { tags: Tag[]; children: Map<number, Directory> } {
  const first = directoriesOf(exif)?.[0];
  return first ? descriptive(first) : { tags: [], children: new Map<number, Directory>() };
}

function directoriesOf(exif: Buffer): Directory[] | undefined {
  try {
    return readDirectories(bufferSource(exif), 1);
  } catch {
    return undefined; // damaged metadata is dropped; it is no reason to fail an image
  }
}

type Change = [directory: Directory | undefined, tag: number, value: number];

function patched(exif: Buffer, changes: (first: Directory) => Change[]): Buffer {
  const copy = Buffer.from(exif);
  const first = directoriesOf(exif)?.[0];
  if (!first) return copy;
  const little = isLittleEndian(bufferSource(exif));
  const put = (value: number, at: number, bytes: number) =>
    little ? copy.writeUIntLE(value, at, bytes) : copy.writeUIntBE(value, at, bytes);
  for (const [directory, tag, value] of changes(first)) {
    const entry = directory?.entries.find((candidate) => candidate.tag === tag);
    if (!entry) continue;
    const type = entry.type === SHORT && value < 65536 ? SHORT : LONG;
    copy.fill(0, entry.at + 2, entry.at + 12);
    put(type, entry.at + 2, 2);
    put(1, entry.at + 4, 4);
    put(value, entry.at + 8, type === SHORT ? 2 : 4);
  }
  return copy;
}
