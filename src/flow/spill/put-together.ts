import { isSpan, partBytes, type Part } from '../../pixels/codec/byte-source.js';
import { open, type FileHandle } from '../../system/files/fs.js';
import type { TempFile, MakeTemp } from '../../system/files/temp-files.js';
import { writeAll } from './layout.js';

const CHUNK_BYTES = 4 * 2 ** 20;

/**
 * Makes of a file what its parts say: in place where all that is kept of it stays where it is, else into a new
 * file, and it is removed.
 */
export async function putTogether(
  file: TempFile,
  parts: readonly Part[],
  makeTemp: MakeTemp,
): Promise<TempFile> {
  const from = await open(file.path, 'r+');
  try {
    if (staysInPlace(parts, (await from.stat()).size)) {
      await writeParts(parts, from, from);
      return file;
    }
    const target = await makeTemp();
    const to = await open(target.path, 'wx');
    try {
      await writeParts(parts, from, to);
    } finally {
      await to.close();
    }
    file.remove();
    return target;
  } finally {
    await from.close();
  }
}

function staysInPlace(parts: readonly Part[], bytes: number): boolean {
  let at = 0;
  for (const part of parts) {
    if (isSpan(part) && part.start !== at) return false;
    at += partBytes(part);
  }
  return at >= bytes;
}

async function writeParts(parts: readonly Part[], from: FileHandle, to: FileHandle): Promise<void> {
  let at = 0;
  for (const part of parts) {
    if (!isSpan(part)) await writeAll(to, part, at);
    else if (to !== from) await copy(from, part.start, to, at, partBytes(part));
    at += partBytes(part);
  }
}

async function copy(
  from: FileHandle,
  start: number,
  to: FileHandle,
  at: number,
  bytes: number,
): Promise<void> {
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes));
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, bytes - done), start + done);
    if (bytesRead === 0) throw new RangeError('The encoded file ends too early');
    await writeAll(to, chunk.subarray(0, bytesRead), at + done);
    done += bytesRead;
  }
}
