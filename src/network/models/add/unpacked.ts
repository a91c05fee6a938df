import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../../../system/errors.js';
import { createWriteStream } from '../../../system/files/fs.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { formatBytes } from '../../../system/measures.js';
import { isWithin } from '../kept/kept-record.js';
import { LICENCE_FILE } from './licence.js';

/** What an archive may hold, whatever its headers say. */
export const MAX_ENTRIES = 50_000;
export const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

const PARTS = /\.(onnx|param|bin|rsr|json|data|weights|pb)$|^[^.]*shard\d*of\d*$/i;
const FACTS = /^(metadata|pkg-info)$/i;

/** Whether a file of an archive can belong to a network, or says of what licence it is. Code is never unpacked. */
export function isWanted(name: string): boolean {
  const base = path.posix.basename(name);
  return PARTS.test(base) || FACTS.test(base) || LICENCE_FILE.test(base);
}

/** Takes the files of one archive, within the limits. */
export interface Unpacking {
  /** @throws SrganError E_MODEL, E_NOSPC, E_WRITE */
  write(name: string, content: Readable): Promise<void>;
  /** To be told of every entry, wanted or not. */
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
        throw brokenArchive(archive, `it has a file '${name}', which leads out of it`);
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
