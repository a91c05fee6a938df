import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { decodeLzma2 } from './lzma.js';

/** The polynomial of ECMA-182, reflected, as two halves. */
const [HIGH, LOW] = [0xc96c5795, 0xd7870f42];

/** CRC-64 as .xz has it. */
function crc64(bytes: Uint8Array): bigint {
  const table = (tables ??= makeTables());
  let [high, low] = [0xffffffff, 0xffffffff];
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff;
    low = (((low >>> 8) | (high << 24)) ^ (table.low[at] as number)) >>> 0;
    high = ((high >>> 8) ^ (table.high[at] as number)) >>> 0;
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

let tables: { high: Uint32Array; low: Uint32Array } | undefined;

function makeTables() {
  const made = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte];
    for (let i = 0; i < 8; i += 1) {
      const odd = low & 1;
      low = ((low >>> 1) | (high << 31)) >>> 0;
      high >>>= 1;
      if (odd) [high, low] = [(high ^ HIGH) >>> 0, (low ^ LOW) >>> 0];
    }
    made.high[byte] = high;
    made.low[byte] = low;
  }
  return made;
}

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const HEADER_BYTES = 12;
const LZMA2 = 0x21;

/** Sizes of the check that follows a block, by its type: none, CRC-32, CRC-64, SHA-256. */
const CHECK_BYTES = new Map([
  [0, 0],
  [1, 4],
  [4, 8],
  [10, 32],
]);

export function isXz(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Unpacks the blocks of one .xz stream, which must be of LZMA2 alone.
 * Source: https://tukaani.org/xz/xz-file-format.txt
 * @param mostBytes that may come out
 * @throws RangeError where it is damaged, cut off, or unpacks to more
 */
export function decodeXz(bytes: Uint8Array, mostBytes: number): Uint8Array {
  if (!isXz(bytes)) throw new RangeError('This is no .xz file.');
  const check = (bytes[7] ?? 0) & 15;
  const checkBytes = CHECK_BYTES.get(check);
  if (checkBytes === undefined) throw new RangeError('The check of the data is of an unknown type.');
  const blocks: Uint8Array[] = [];
  let total = 0;
  let at = HEADER_BYTES;
  for (let size = bytes[at]; size !== 0; size = bytes[at]) {
    if (size === undefined) throw new RangeError('The data is cut off.');
    const header = bytes.subarray(at, at + 4 * (size + 1));
    checkHeader(header);
    at += header.length;
    const block = decodeLzma2(bytes.subarray(at), mostBytes - total);
    at += Math.ceil(block.taken / 4) * 4;
    const stated = bytes.subarray(at, at + checkBytes);
    if (!matches(stated, checkOf(check, block.bytes), checkBytes))
      throw new RangeError('The data is damaged.');
    at += checkBytes;
    total += block.bytes.length;
    blocks.push(block.bytes);
  }
  return Buffer.concat(blocks);
}

/** One filter, and it is LZMA2; the sizes that may stand before it are found out by unpacking. */
function checkHeader(header: Uint8Array): void {
  const flags = header[1] ?? 0;
  let at = 2;
  const skipNumber = () => {
    while ((header[at] ?? 0) >= 0x80) at += 1;
    at += 1;
  };
  if (flags & 0x40) skipNumber();
  if (flags & 0x80) skipNumber();
  if ((flags & 0x3f) !== 0 || header[at] !== LZMA2)
    throw new RangeError('The data is packed in an unknown way.');
}

function checkOf(type: number, bytes: Uint8Array): Uint8Array {
  const little = Buffer.alloc(8);
  switch (type) {
    case 1:
      little.writeUInt32LE(crc32(bytes));
      return little;
    case 4:
      little.writeBigUInt64LE(crc64(bytes));
      return little;
    case 10:
      return createHash('sha256').update(bytes).digest();
    default:
      return little;
  }
}

function matches(stated: Uint8Array, own: Uint8Array, length: number): boolean {
  return stated.length === length && stated.every((byte, i) => byte === own[i]);
}
