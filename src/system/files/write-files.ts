import { SrganError, systemCode, type ErrorCode } from '../errors.js';
import { dirname } from 'node:path';
import { mkdir, stat, open, type FileHandle } from './fs.js';

type Reason = readonly [code: ErrorCode, why: string, hint?: string];

const FULL_HINT = 'Free some space, then run again.';
const DENIED: Reason = ['E_WRITE', 'writing there is not allowed', 'Check the permissions of the directory.'];
const FILE_IN_THE_WAY: Reason = ['E_WRITE', 'a file is where a directory is needed'];
const DIRECTORY_IN_THE_WAY: Reason = ['E_WRITE', 'a directory has this name'];

const REASONS: Partial<Record<string, Reason>> = {
  ENOSPC: ['E_NOSPC', 'the disk is full', FULL_HINT],
  EDQUOT: ['E_NOSPC', 'the disk quota is used up', FULL_HINT],
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: ['E_WRITE', 'the file system is read-only'],
  ENAMETOOLONG: ['E_WRITE', 'the name is too long for the file system', 'Shorten it with --name.'],
  ENOTDIR: FILE_IN_THE_WAY,
  EEXIST: FILE_IN_THE_WAY,
  EISDIR: DIRECTORY_IN_THE_WAY,
  ENOTEMPTY: DIRECTORY_IN_THE_WAY,
  ENOENT: ['E_WRITE', 'the directory is gone, or cannot be created'],
  EFBIG: ['E_WRITE', 'the file is larger than the file system allows'],
  EINVAL: ['E_WRITE', 'the file system does not allow this name', 'Change it with --name.'],
  EMFILE: ['E_WRITE', 'too many files are open', 'Raise the limit (ulimit -n).'],
  ENFILE: ['E_WRITE', 'too many files are open'],
  EIO: ['E_WRITE', 'the disk reported an error'],
  EBUSY: ['E_WRITE', 'another program holds the file'],
};

/** Turns a system error from writing an output into a SrganError. */
export function writeFailure(path: string, cause: unknown): SrganError {
  const [code, why, hint] =
    REASONS[systemCode(cause) ?? ''] ?? (['E_WRITE', 'writing failed'] satisfies Reason);
  return new SrganError(code, `${path}: ${why}.`, { cause, hint });
}

/**
 * Creates a directory and its missing parents. Node's recursive mkdir never returns if the system says ENOENT
 * although the parent exists, as below /proc.
 * @throws the system's error: EEXIST or ENOTDIR if a file is in the way
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (systemCode(error) !== 'ENOENT' || above === path) throw error;
    await makeDirectory(above);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // for an existing directory, a file system may report another error than EEXIST, such as EROFS
    if (systemCode(error) === 'ENOENT') throw error;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isDirectory()) throw error;
  }
}

/** Returns the directory itself if it exists, otherwise its deepest existing ancestor. */
export async function deepestExisting(directory: string): Promise<string> {
  try {
    await stat(directory);
    return directory;
  } catch (error) {
    const above = dirname(directory);
    if (systemCode(error) !== 'ENOENT' || above === directory) throw error;
    return deepestExisting(above);
  }
}

const UNSUPPORTED = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'EISDIR']);

/** Flushes a file to disk. Some network and user-space file systems lack fsync; there, closing has to do. */
export async function flushFile(file: FileHandle): Promise<void> {
  await file.sync().catch(ignoreUnsupported);
}

/** Flushes a directory, so that a rename survives a power cut. Windows cannot open directories. */
export async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    ignoreUnsupported(error);
  }
}

function ignoreUnsupported(error: unknown): void {
  if (!UNSUPPORTED.has(systemCode(error) ?? '')) throw error;
}
