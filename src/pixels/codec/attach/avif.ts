import { statedCodingOf } from '../colour/heif-coding.js';
import {
  itemPropertiesOf,
  uint,
  type Box,
  type CodePoints,
  type ItemProperties,
} from '../colour/heif-boxes.js';
import type { Part } from './parts.js';
import type { ByteSource } from '../metadata/tiff-directory.js';

/** H.273, table 4: what libheif takes, and of what is without loss. */
const BT601 = 6;
const IDENTITY = 0;

/**
 * States the colours of an AVIF file by code points: those that it has, or a property more for its primary picture.
 * The pixels behind move then, and with them where the items are said to lie.
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

/** ISO/IEC 14496-12, 8.11.3: places in the file are counted from its beginning. */
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
    // a base that is there is what all extents are counted from
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
