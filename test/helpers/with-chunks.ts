import { chunk } from '../../src/pixels/codec/png/png-chunks.js';

const HEADER_END = 33;

/** A PNG file with chunks more behind its header. */
export function withChunks(png: Buffer, ...chunks: readonly (readonly [string, Uint8Array])[]): Buffer {
  const added = chunks.flatMap(([type, data]) => chunk(type, data));
  return Buffer.concat([png.subarray(0, HEADER_END), ...added, png.subarray(HEADER_END)]);
}

/** The chunks of a PNG file but for its pixels. */
export function chunksOf(png: Uint8Array): [type: string, data: Buffer][] {
  const bytes = Buffer.from(png);
  const found: [string, Buffer][] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type !== 'IDAT') found.push([type, bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at))]);
  }
  return found;
}
