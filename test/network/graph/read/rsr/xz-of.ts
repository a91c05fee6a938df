import { crc32 } from 'node:zlib';

/** An .xz file that holds the bytes as they are, in chunks that are not compressed, with a CRC-32 as its check. */
export function xzOf(content: Uint8Array): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += 65536) {
    const part = content.subarray(at, at + 65536);
    const head = Buffer.from([at === 0 ? 1 : 2, (part.length - 1) >> 8, (part.length - 1) & 255]);
    chunks.push(head, Buffer.from(part));
  }
  const data = Buffer.concat([...chunks, Buffer.of(0)]);
  const padding = Buffer.alloc(-data.length & 3);
  const blockHeader = withCrc(Buffer.from([2, 0, 0x21, 1, 22, 0, 0, 0]));
  const streamHeader = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(content));
  return Buffer.concat([
    streamHeader.subarray(0, 6),
    withCrc(streamHeader.subarray(6)),
    blockHeader,
    data,
    padding,
    check,
    Buffer.alloc(4),
  ]);
}

function withCrc(bytes: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(bytes));
  return Buffer.concat([bytes, crc]);
}
