import { GPS_POINTER, EXIF_POINTER, type Directory, type Entry } from './tiff-directory.js';

/** A tag to be written. */
export type Tag = Pick<Entry, 'tag' | 'type' | 'count' | 'data'>;

/** Tags that describe the image and say nothing about how its pixels are stored. */
const DESCRIPTIVE = [
  270, 271, 272, 305, 306, 315, 316, 33432, 0x4746, 0x4749, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
];

/** What of a directory may move between a TIFF file and an EXIF block. */
export function descriptive(directory: Directory): { tags: Tag[]; children: Map<number, Directory> } {
  const children = new Map<number, Directory>();
  for (const pointer of [EXIF_POINTER, GPS_POINTER]) {
    const child = directory.children.get(pointer);
    if (child) children.set(pointer, child);
  }
  return { tags: directory.entries.filter(({ tag }) => DESCRIPTIVE.includes(tag)), children };
}

/**
 * A directory, its values and its children as one little-endian block.
 * @param base where the block will begin in the file
 * @param next offset of the directory that follows it, or 0
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
