import type { ByteSource, Part } from '../byte-source.js';

/** Code points of ITU-T H.273. */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
}

/** A box of ISO/IEC 14496-12. */
export interface Box {
  readonly type: string;
  /** Offsets of the box, of its content, and of its end. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

const MAX_BOXES = 1000;

/** Iterates over consecutive boxes, up to the first malformed one. */
export function* boxesIn(file: ByteSource, from: number, to: number): Generator<Box> {
  let at = from;
  for (let count = 0; count < MAX_BOXES && at + 8 <= to; count += 1) {
    const head = file.read(at, 8);
    const stated = head.readUInt32BE(0);
    const isLong = stated === 1;
    const size = isLong ? Number(file.read(at + 8, 8).readBigUInt64BE()) : stated === 0 ? to - at : stated;
    const start = at + (isLong ? 16 : 8);
    if (at + size > to || at + size < start) return;
    yield { type: head.toString('latin1', 4), at, start, end: at + size };
    at += size;
  }
}

/** The item properties of an AVIF file (ISO/IEC 23008-12). */
export interface ItemProperties {
  readonly meta: Box;
  readonly iprp: Box;
  readonly ipco: Box;
  readonly ipma: Box;
  readonly iloc: Box | undefined;
  readonly properties: readonly Box[];
  /** The primary image: 1-based indexes into `properties`, and the offset of their count in `ipma`. */
  readonly primary: {
    readonly places: readonly number[];
    readonly countAt: number;
    readonly isWide: boolean;
  };
}

/** Returns undefined if the file lacks this structure. */
export function itemPropertiesOf(file: ByteSource): ItemProperties | undefined {
  const meta = first(file, 0, file.length, 'meta');
  if (!meta) return undefined;
  const inMeta = [...boxesIn(file, meta.start + 4, meta.end)];
  const iprp = inMeta.find(({ type }) => type === 'iprp');
  const pitm = inMeta.find(({ type }) => type === 'pitm');
  if (!iprp || !pitm) return undefined;
  const ipco = first(file, iprp.start, iprp.end, 'ipco');
  const ipma = first(file, iprp.start, iprp.end, 'ipma');
  if (!ipco || !ipma) return undefined;
  const id =
    file.read(pitm.start, 1)[0] === 0 ? uint(file, pitm.start + 4, 2) : uint(file, pitm.start + 4, 4);
  const primary = associationsOf(file, ipma, id);
  if (!primary) return undefined;
  const properties = [...boxesIn(file, ipco.start, ipco.end)];
  return { meta, iprp, ipco, ipma, iloc: inMeta.find(({ type }) => type === 'iloc'), properties, primary };
}

export const uint = (file: ByteSource, at: number, bytes: number) =>
  bytes === 0
    ? 0
    : bytes === 8
      ? Number(file.read(at, 8).readBigUInt64BE())
      : file.read(at, bytes).readUIntBE(0, bytes);

function first(file: ByteSource, from: number, to: number, wanted: string): Box | undefined {
  for (const box of boxesIn(file, from, to)) if (box.type === wanted) return box;
  return undefined;
}

function associationsOf(file: ByteSource, ipma: Box, id: number): ItemProperties['primary'] | undefined {
  const head = file.read(ipma.start, 4);
  const idBytes = head[0] === 0 ? 2 : 4;
  const isWide = ((head[3] ?? 0) & 1) === 1;
  const placeBytes = isWide ? 2 : 1;
  const entries = Math.min(MAX_BOXES, uint(file, ipma.start + 4, 4));
  let at = ipma.start + 8;
  for (let entry = 0; entry < entries && at + idBytes + 1 <= ipma.end; entry += 1) {
    const countAt = at + idBytes;
    const count = uint(file, countAt, 1);
    if (uint(file, at, idBytes) === id) {
      const places = Array.from(
        { length: count },
        (_, i) => uint(file, countAt + 1 + i * placeBytes, placeBytes) & (isWide ? 0x7fff : 0x7f),
      );
      return { places, countAt, isWide };
    }
    at = countAt + 1 + count * placeBytes;
  }
  return undefined;
}

const NCLX_BYTES = 11;

/** Returns the code points of the primary image of an AVIF file. */
export function codingOfHeif(file: ByteSource): CodePoints | undefined {
  const found = itemPropertiesOf(file);
  const box = found && statedCodingOf(file, found);
  if (!box) return undefined;
  const points = file.read(box.start + 4, 4);
  return { primaries: points.readUInt16BE(0), transfer: points.readUInt16BE(2) };
}

/** Returns the colour box of the primary image. */
export function statedCodingOf(file: ByteSource, { primary, properties }: ItemProperties): Box | undefined {
  return primary.places
    .map((place) => properties[place - 1])
    .find(
      (box) =>
        box?.type === 'colr' &&
        box.end - box.start >= NCLX_BYTES &&
        file.read(box.start, 4).toString('latin1') === 'nclx',
    );
}

/** Matrix coefficients of H.273, table 4: libheif's default, and that of lossless images. */
const BT601 = 6;
const IDENTITY = 0;

/**
 * Sets the code points of an AVIF file, in the existing colour box or in a new one for the primary image. A new box
 * moves the pixels after it, so that the item locations change.
 */
export function attachToAvif(file: ByteSource, coding: CodePoints | undefined, lossless: boolean): Part[] {
  const found = coding && itemPropertiesOf(file);
  if (!coding || !found?.iloc) return [{ start: 0, end: file.length }];
  const stated = statedCodingOf(file, found);
  if (stated) {
    const points = colourBox(coding, BT601).subarray(12, 16);
    const at = stated.start + 4;
    return [{ start: 0, end: at }, points, { start: at + points.length, end: file.length }];
  }
  const { meta, iprp, ipco, ipma, iloc, primary } = found;
  const property = colourBox(coding, lossless ? IDENTITY : BT601);
  const place = Buffer.alloc(primary.isWide ? 2 : 1);
  place.writeUIntBE(found.properties.length + 1, 0, place.length);
  const added = property.length + place.length;
  const changed = Buffer.from(file.read(meta.at, meta.end - meta.at));
  const grow = (box: Box, bytes: number) => changed.writeUInt32BE(box.end - box.at + bytes, box.at - meta.at);
  grow(meta, added);
  grow(iprp, added);
  grow(ipco, property.length);
  grow(ipma, place.length);
  changed.writeUInt8(primary.places.length + 1, primary.countAt - meta.at);
  moveItems(file, iloc, changed, meta, added);
  const placeAt = primary.countAt + 1 + primary.places.length * place.length;
  const inserts = [
    { at: ipco.end - meta.at, data: property },
    { at: placeAt - meta.at, data: place },
  ].sort((a, b) => a.at - b.at);
  const parts: Part[] = [{ start: 0, end: meta.at }];
  let at = 0;
  for (const insert of inserts) {
    parts.push(changed.subarray(at, insert.at), insert.data);
    at = insert.at;
  }
  parts.push(changed.subarray(at), { start: meta.end, end: file.length });
  return parts;
}

function colourBox({ primaries, transfer }: CodePoints, matrix: number): Buffer {
  const box = Buffer.alloc(19);
  box.writeUInt32BE(box.length, 0);
  box.write('colrnclx', 4, 'latin1');
  box.writeUInt16BE(primaries, 12);
  box.writeUInt16BE(transfer, 14);
  box.writeUInt16BE(matrix, 16);
  box.writeUInt8(0x80, 18);
  return box;
}

/** Shifts the item locations, which are absolute file offsets (ISO/IEC 14496-12, 8.11.3). */
function moveItems(file: ByteSource, iloc: Box, changed: Buffer, meta: ItemProperties['meta'], by: number) {
  const version = uint(file, iloc.start, 1);
  const sizes = uint(file, iloc.start + 4, 2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15] as const;
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const idBytes = version === 2 ? 4 : 2;
  const count = uint(file, iloc.start + 6, idBytes);
  let at = iloc.start + 6 + idBytes;
  const move = (place: number, bytes: number) => {
    const value = uint(file, place, bytes) + by;
    if (bytes === 8) changed.writeBigUInt64BE(BigInt(value), place - meta.at);
    else changed.writeUIntBE(value, place - meta.at, bytes);
  };
  for (let item = 0; item < count; item += 1) {
    at += idBytes;
    const isInFile = version === 0 || (uint(file, at, 2) & 15) === 0;
    at += (version === 0 ? 0 : 2) + 2;
    // if there is a base offset, all extents are relative to it
    if (isInFile && baseBytes > 0) move(at, baseBytes);
    at += baseBytes;
    const extents = uint(file, at, 2);
    at += 2;
    for (let extent = 0; extent < extents; extent += 1) {
      at += indexBytes;
      if (isInFile && baseBytes === 0) move(at, offsetBytes);
      at += offsetBytes + lengthBytes;
    }
  }
}
