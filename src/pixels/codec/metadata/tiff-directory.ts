import type { ByteSource } from '../byte-source.js';

/** One tag of a TIFF directory. */
export interface Entry {
  readonly tag: number;
  /** Field type of TIFF 6.0: 1 byte, 2 ASCII, 3 short, 4 long, 5 rational, 7 undefined... */
  readonly type: number;
  readonly count: number;
  /** `count` values, little-endian. */
  readonly data: Buffer;
  /** Offset of the 12 bytes of the entry. */
  readonly at: number;
}

/** An image file directory as TIFF 6.0 and Exif 2.32 define it. */
export interface Directory {
  readonly entries: readonly Entry[];
  /** Exif, GPS and interoperability directories, keyed by the tag that points to them. */
  readonly children: ReadonlyMap<number, Directory>;
  /** Position of the offset of the next directory. */
  readonly nextAt: number;
  /** Returns the values of an integer tag. */
  numbers(tag: number): number[] | undefined;
}

export const EXIF_POINTER = 34665;
export const GPS_POINTER = 34853;
const INTEROP_POINTER = 40965;
const POINTERS = [EXIF_POINTER, GPS_POINTER, INTEROP_POINTER];

const MAX_ENTRIES = 4096;
const MAX_VALUE_BYTES = 64 * 2 ** 20;
const MAX_DIRECTORIES = 100_000;

/** Returns the bytes of one value of a field type, and of the unit that byte order applies to. */
export function widthOf(type: number): { value: number; unit: number } {
  switch (type) {
    case 3:
    case 8:
      return { value: 2, unit: 2 };
    case 4:
    case 9:
    case 11:
    case 13:
      return { value: 4, unit: 4 };
    case 5:
    case 10:
      return { value: 8, unit: 4 };
    case 12:
      return { value: 8, unit: 8 };
    default:
      return { value: 1, unit: 1 };
  }
}

/** The remaining read budget, so that malicious offsets cost no more than the length of the file. */
interface Walk {
  /** Offsets of the directories read so far: each is read once. */
  readonly seen: Set<number>;
  /** Bytes left for entry tables, which do not overlap in a valid file. */
  entryBytes: number;
  /** Bytes left for values, which several entries may share. */
  valueBytes: number;
}

const VALUE_SHARE = 4;

/**
 * Reads the chain of directories of a classic TIFF stream, which is also the format of an EXIF block.
 * @throws RangeError if an offset is out of bounds, Error if it is not a classic TIFF
 */
export function readDirectories(source: ByteSource, limit = MAX_DIRECTORIES): Directory[] {
  const little = isLittleEndian(source);
  const directories: Directory[] = [];
  const walk: Walk = { seen: new Set(), entryBytes: source.length, valueBytes: VALUE_SHARE * source.length };
  let at = unsigned(source.read(4, 4), little);
  while (at !== 0 && directories.length < limit) {
    const directory = readDirectory(source, at, little, walk, 0);
    directories.push(directory);
    at = unsigned(source.read(directory.nextAt, 4), little);
  }
  return directories;
}

/** @throws Error if the source is not a classic TIFF */
export function isLittleEndian(source: ByteSource): boolean {
  const head = source.read(0, 4).toString('latin1');
  if (head !== 'II*\0' && head !== 'MM\0*') throw new Error('Not a classic TIFF');
  return head.startsWith('II');
}

function readDirectory(
  source: ByteSource,
  at: number,
  little: boolean,
  walk: Walk,
  depth: number,
): Directory {
  if (walk.seen.has(at)) throw new Error('The directories form a loop');
  walk.seen.add(at);
  const count = unsigned(source.read(at, 2), little);
  if (count > MAX_ENTRIES) throw new Error('A directory has too many entries');
  walk.entryBytes -= 12 * count;
  if (walk.entryBytes < 0) throw new Error('The directories overlap');
  const table = source.read(at + 2, 12 * count);
  const entries: Entry[] = [];
  const children = new Map<number, Directory>();
  for (let i = 0; i < count; i++) {
    const entry = readEntry(source, table.subarray(12 * i, 12 * i + 12), at + 2 + 12 * i, little, walk);
    entries.push(entry);
    if (POINTERS.includes(entry.tag) && entry.data.length >= 4 && depth < 3) {
      const child = unsigned(entry.data.subarray(0, 4), true);
      children.set(entry.tag, readDirectory(source, child, little, walk, depth + 1));
    }
  }
  return { entries, children, nextAt: at + 2 + 12 * count, numbers: (tag) => numbersOf(entries, tag) };
}

function readEntry(source: ByteSource, raw: Buffer, at: number, little: boolean, walk: Walk): Entry {
  const tag = unsigned(raw.subarray(0, 2), little);
  const type = unsigned(raw.subarray(2, 4), little);
  const count = unsigned(raw.subarray(4, 8), little);
  const { value, unit } = widthOf(type);
  const bytes = count * value;
  if (bytes > MAX_VALUE_BYTES) throw new Error('A value is too long');
  const inline = bytes <= 4;
  if (!inline) walk.valueBytes -= bytes;
  if (walk.valueBytes < 0) throw new Error('The values overlap');
  const stored = inline
    ? raw.subarray(8, 8 + bytes)
    : source.read(unsigned(raw.subarray(8, 12), little), bytes);
  return { tag, type, count, data: little ? stored : swapped(stored, unit), at };
}

function numbersOf(entries: readonly Entry[], tag: number): number[] | undefined {
  const entry = entries.find((candidate) => candidate.tag === tag);
  if (!entry || ![1, 3, 4].includes(entry.type)) return undefined;
  const { value } = widthOf(entry.type);
  return Array.from({ length: entry.count }, (_, i) => entry.data.readUIntLE(i * value, value));
}

function unsigned(bytes: Buffer, little: boolean): number {
  return little ? bytes.readUIntLE(0, bytes.length) : bytes.readUIntBE(0, bytes.length);
}

function swapped(bytes: Buffer, unit: number): Buffer {
  const copy = Buffer.from(bytes);
  if (unit === 2) copy.swap16();
  if (unit === 4) copy.swap32();
  if (unit === 8) copy.swap64();
  return copy;
}

/** A tag to write. */
export type Tag = Pick<Entry, 'tag' | 'type' | 'count' | 'data'>;

/** Tags that describe the image rather than the storage of its pixels. */
const DESCRIPTIVE = [
  270, 271, 272, 305, 306, 315, 316, 33432, 0x4746, 0x4749, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
];

/** Returns the tags and directories that can move between a TIFF file and an EXIF block. */
export function descriptive(directory: Directory): { tags: Tag[]; children: Map<number, Directory> } {
  const children = new Map<number, Directory>();
  for (const pointer of [EXIF_POINTER, GPS_POINTER]) {
    const child = directory.children.get(pointer);
    if (child) children.set(pointer, child);
  }
  return { tags: directory.entries.filter(({ tag }) => DESCRIPTIVE.includes(tag)), children };
}

/**
 * Serializes a directory, its values and its children as one little-endian block.
 * @param base offset of the block in the file
 * @param next offset of the next directory, or 0
 */
export function writeDirectory(
  tags: readonly Tag[],
  children: ReadonlyMap<number, Directory>,
  base: number,
  next: number,
): Buffer {
  const all = new Map<number, Tag>(tags.map((tag) => [tag.tag, tag]));
  for (const pointer of children.keys()) {
    all.set(pointer, { tag: pointer, type: 4, count: 1, data: Buffer.alloc(4) });
  }
  const sorted = [...all.values()].sort((a, b) => a.tag - b.tag);
  const table = Buffer.alloc(2 + 12 * sorted.length + 4);
  table.writeUInt16LE(sorted.length, 0);
  table.writeUInt32LE(next, table.length - 4);
  const parts: Buffer[] = [table];
  let end = base + table.length;
  const append = (part: Buffer): number => {
    const at = end;
    parts.push(part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]));
    end += part.length + (part.length % 2);
    return at;
  };
  sorted.forEach(({ tag, type, count, data }, i) => {
    const at = 2 + 12 * i;
    table.writeUInt16LE(tag, at);
    table.writeUInt16LE(type, at + 2);
    table.writeUInt32LE(count, at + 4);
    const child = children.get(tag);
    if (child) table.writeUInt32LE(append(writeDirectory(child.entries, child.children, end, 0)), at + 8);
    else if (data.length <= 4) data.copy(table, at + 8);
    else table.writeUInt32LE(append(data), at + 8);
  });
  return Buffer.concat(parts);
}
