import path from 'node:path';
import { fileFailure } from '../../pixels/codec/file-failures.js';
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
import { matchAll, type Selection, type Matcher } from '../find/match.js';
import { walk } from '../find/walk.js';
import { type Sweep, checkWritable } from '../../system/files/left-over.js';
import { makeDirectory, flushDirectory, flushFile, writeFailure } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { untrackTempPath, trackTempPath, ownerOf, tempName } from '../../system/files/temp-files.js';
import type { ListRule, Listed, Storage } from '../../contract/storage.js';
import { rejectLarger, checkedBody } from './checked-body.js';

const PAGE = 1000;

/**
 * Opens the storage of local and mounted directories. A file gets its name by renaming a sibling temporary file, or
 * by a hard link if it may not replace another one. It has the process's default permissions.
 * @param settings.fsync whether to flush files and directories to disk
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
      rejectLarger(place, size, maxBytes);
      return checkedBody(place, createReadStream(place, { signal }), { maxBytes, declaredBytes: size });
    },
    list: listPages,
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
            : await flushedSize(temp, flush);
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

async function* listPages(
  directory: string,
  { prefix = '', deep = true }: ListRule = {},
): AsyncGenerator<Listed[]> {
  const start = path.join(directory, path.sep) + prefix.replaceAll('/', path.sep);
  const choose: Matcher = (where, entries) =>
    deep || where === path.resolve(directory) ? matchAll(where, entries) : NOTHING;
  let page: Listed[] = [];
  for await (const { path: place, unreadable } of walk(directory, { choose, isExcluded: () => false })) {
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

const NOTHING: Selection = { selected: new Set(), descended: new Set() };

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

/** Flushes a file that an encoder has written, and returns its size. */
async function flushedSize(temp: string, flush: Flush): Promise<number> {
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
    else if (!(await linkIfFree(temp, place))) return 'there';
    return 'placed';
  } catch (cause) {
    throw writeFailure(place, cause);
  }
}

const NO_HARD_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL']);

/** Uses a hard link, since it fails if the name is taken, unlike a rename. */
async function linkIfFree(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
  }
  if (await isTaken(path)) return false;
  await rename(temp, path);
  return true;
}

async function isTaken(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
