/** Random access to the bytes of a file. `read` throws RangeError past the end. */
export interface ByteSource {
  readonly length: number;
  read(offset: number, length: number): Buffer;
}

/** One tag of a TIFF directory. */
export interface Entry {
  readonly tag: number;
  /** Field type of TIFF 6.0: 1 byte, 2 ASCII, 3 short, 4 long, 5 rational, 7 undefined... */
  readonly type: number;
  readonly count: number;
  /** `count` values, little-endian. */
  readonly data: Buffer;
  /** Where the 12 bytes of the entry begin. */
  readonly at: number;
}

/** An image file directory as TIFF 6.0 and Exif 2.32 define it. */
export interface Directory {
  readonly entries: readonly Entry[];
  /** Exif, GPS and interoperability directories by the tag that points to them. */
  readonly children: ReadonlyMap<number, Directory>;
  /** Where the offset of the next directory is stored. */
  readonly nextAt: number;
  /** Values of an integer tag. */
  numbers(tag: number): number[] | undefined;
}

export const EXIF_POINTER = 34665;
export const GPS_POINTER = 34853;
const INTEROP_POINTER = 40965;
const POINTERS = [EXIF_POINTER, GPS_POINTER, INTEROP_POINTER];

const MAX_ENTRIES = 4096;
const MAX_VALUE_BYTES = 64 * 2 ** 20;
const MAX_DIRECTORIES = 100_000;

export function bufferSource(bytes: Buffer): ByteSource {
  return {
    length: bytes.length,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) throw new RangeError('Outside of the file');
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Bytes of one value of a field type, and of the unit in which byte order acts. */
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

/** What is left to read, so that hostile offsets cost no more than the file is long. */
interface Walk {
  /** Offsets of the directories that were read: each is read once. */
  readonly seen: Set<number>;
  /** Bytes of tables of entries: tables that overlap are hostile. */
  entryBytes: number;
  /** Bytes of values, which several entries may share. */
  valueBytes: number;
}

const VALUE_SHARE = 4;

/**
 * The chain of directories of a classic TIFF stream (also the form of an EXIF block).
 * @throws RangeError where it points outside of the bytes, Error where it is no classic TIFF
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

/** @throws Error where the source is no classic TIFF */
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
