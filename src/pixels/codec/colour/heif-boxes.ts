import type { ByteSource } from '../metadata/tiff-directory.js';

/** Code points of ITU-T H.273. */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
}

/** A box of ISO/IEC 14496-12. */
export interface Box {
  readonly type: string;
  /** Where its head begins, where its content does, and where it ends. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

const MOST_BOXES = 1000;

/** Boxes that lie one after the other; it stops at what is none. */
export function* boxesIn(file: ByteSource, from: number, to: number): Generator<Box> {
  let at = from;
  for (let count = 0; count < MOST_BOXES && at + 8 <= to; count += 1) {
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

/** What an AVIF file says of the properties of its pictures (ISO/IEC 23008-12). */
export interface ItemProperties {
  readonly meta: Box;
  readonly iprp: Box;
  readonly ipco: Box;
  readonly ipma: Box;
  readonly iloc: Box | undefined;
  readonly properties: readonly Box[];
  /** Of the primary picture: 1-based places in `properties`, and where its entry in `ipma` begins. */
  readonly primary: {
    readonly places: readonly number[];
    readonly countAt: number;
    readonly isWide: boolean;
  };
}

/** Undefined where the file has no such structure. */
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
  const entries = Math.min(MOST_BOXES, uint(file, ipma.start + 4, 4));
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
