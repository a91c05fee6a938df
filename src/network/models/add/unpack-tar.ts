import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createReadStream } from '../../../system/files/fs.js';
import { brokenArchive, isWanted, unpackInto, type Unpacking } from './unpacked.js';

/**
 * Unpacks from a gzipped tar file, such as a package of npm, what can belong to networks. Links, devices and the
 * like are passed over.
 * Source: POSIX.1-2017, pax and ustar interchange formats; of GNU tar long names.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE
 */
export async function unpackTar(archive: string, directory: string): Promise<void> {
  const unpacking = unpackInto(archive, directory);
  const bytes = bytesOf(archive);
  try {
    await unpackFrom(archive, bytes, unpacking);
  } finally {
    bytes.close();
  }
}

async function unpackFrom(archive: string, bytes: Bytes, unpacking: Unpacking): Promise<void> {
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
      else await drain(content);
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
    throw brokenArchive(archive, 'it is no tar file, or is damaged');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size,
    type: String.fromCharCode(header[156] ?? 0),
  };
}

async function drain(content: AsyncGenerator<Buffer>): Promise<void> {
  while (!(await content.next()).done);
}

/** Records `LENGTH KEY=VALUE\n`. */
function paxPath(text: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}

type Bytes = ReturnType<typeof bytesOf>;

/** The unpacked bytes, taken piece by piece from the front. */
function bytesOf(archive: string) {
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
          throw brokenArchive(archive, 'it is no gzipped tar file, or is damaged', cause);
        });
        if (taken.done) throw brokenArchive(archive, 'it is cut off');
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
