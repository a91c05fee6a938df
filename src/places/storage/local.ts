import path from 'node:path';
import { fileFailure } from '../../pixels/codec/failures/file-failures.js';
import { SrganError, systemCode } from '../../system/errors.js';
import {
  createReadStream,
  link,
  lstat,
  open,
  rename,
  rm,
  stat,
  type FileHandle,
} from '../../system/files/fs.js';
import { anything, type Choice, type Choose } from '../find/match.js';
import { walk } from '../find/walk.js';
import { type Sweep, checkWritable } from '../../system/files/left-over.js';
import { makeDirectory, flushDirectory, flushFile, writeFailure } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { untrackTempPath, trackTempPath, ownerOf, tempName } from '../../system/files/temp-files.js';
import type { ListRule, Listed, Storage } from '../../contract/storage.js';
import { refuseLarger, whole } from './whole.js';

const PAGE = 1000;

/**
 * Files of this machine, or of a directory that it shares. A file gets its name by a rename of a sibling temp
 * file, or by a link where nothing may be replaced; its permissions are the process's default, its time is now.
 * @param settings.fsync whether `stage` and `publish` wait until it is on the disk
 */
export function openLocal({ fsync }: Pick<Settings, 'fsync'>, sweep: Sweep): Storage {
  const flush = fsync ? flushFile : () => Promise.resolve();

  return {
    async head(place) {
      try {
        const found = await stat(place);
        if (found.isFile()) return { bytes: found.size };
        throw new SrganError('E_NOT_A_FILE', `${place}: is not a file.`);
      } catch (cause) {
        if (cause instanceof SrganError) throw cause;
        if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return undefined;
        throw fileFailure(place, cause);
      }
    },
    async read(place, { maxBytes, signal }) {
      const { size } = await stat(place).catch((cause: unknown) => {
        throw fileFailure(place, cause);
      });
      refuseLarger(place, size, maxBytes);
      return whole(place, createReadStream(place, { signal }), { maxBytes, declaredBytes: size });
    },
    list: pagesOf,
    async stage(place, content) {
      const directory = path.dirname(place);
      const temp =
        content instanceof Uint8Array ? path.join(directory, tempName(path.basename(place))) : content.path;
      const discard = async () => {
        await rm(temp, { force: true }).catch(() => undefined);
        untrackTempPath(temp);
      };
      trackTempPath(temp);
      try {
        await makeDirectory(directory);
        await sweep(directory);
        const bytes =
          content instanceof Uint8Array
            ? await writeWhole(temp, content, flush)
            : await lengthOf(temp, flush);
        return {
          bytes,
          discard,
          publish: ({ replace }) => publish(temp, place, replace),
          settle: () => (fsync ? flushDirectory(directory) : Promise.resolve()),
        };
      } catch (cause) {
        await discard();
        throw writeFailure(place, cause);
      }
    },
    remove: (place) => rm(place, { force: true }),
    checkWritable: (directory) => checkWritable(directory, sweep),
  };
}

async function* pagesOf(
  directory: string,
  { prefix = '', deep = true }: ListRule = {},
): AsyncGenerator<Listed[]> {
  const start = path.join(directory, path.sep) + prefix.replaceAll('/', path.sep);
  const choose: Choose = (where, entries) =>
    deep || where === path.resolve(directory) ? anything(where, entries) : NOTHING;
  let page: Listed[] = [];
  for await (const { path: place, unreadable } of walk(directory, { choose, isBarred: () => false })) {
    if (unreadable) throw new SrganError('E_STORAGE', unreadable.message, { cause: unreadable });
    const found = place.startsWith(start) ? await stat(place).catch(() => undefined) : undefined;
    if (!found?.isFile() || ownerOf(path.basename(place)) !== undefined) continue;
    page.push({ place, bytes: found.size });
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

const NOTHING: Choice = { taken: new Set(), entered: new Set() };

type Flush = (file: FileHandle) => Promise<void>;

async function writeWhole(temp: string, bytes: Uint8Array, flush: Flush): Promise<number> {
  const file = await open(temp, 'wx');
  try {
    await file.writeFile(bytes);
    const { size } = await file.stat();
    if (size !== bytes.byteLength) {
      throw new Error(`${size} of ${bytes.byteLength} bytes arrived in ${temp}`);
    }
    await flush(file);
    return size;
  } finally {
    await file.close();
  }
}

/** @returns the size of the file, which an encoder has written */
async function lengthOf(temp: string, flush: Flush): Promise<number> {
  const file = await open(temp, 'r+');
  try {
    await flush(file);
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

async function publish(temp: string, place: string, replace: boolean): Promise<'placed' | 'there'> {
  try {
    if (replace) await rename(temp, place);
    else if (!(await claim(temp, place))) return 'there';
    return 'placed';
  } catch (cause) {
    throw writeFailure(place, cause);
  }
}

const NO_HARD_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL']);

/** A hard link fails where the name is taken, which a rename does not. */
async function claim(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
  }
  if (await isThere(path)) return false;
  await rename(temp, path);
  return true;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
