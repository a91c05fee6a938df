import { SrganError, systemCode, type ErrorCode } from '../errors.js';

const REASONS: Partial<Record<string, { code: ErrorCode; why: string; hint?: string }>> = {
  ENOSPC: { code: 'E_NOSPC', why: 'the disk is full', hint: 'Free some space, then run again.' },
  EDQUOT: { code: 'E_NOSPC', why: 'the disk quota is used up', hint: 'Free some space, then run again.' },
  EACCES: {
    code: 'E_WRITE',
    why: 'writing there is not allowed',
    hint: 'Check the permissions of the directory.',
  },
  EPERM: {
    code: 'E_WRITE',
    why: 'writing there is not allowed',
    hint: 'Check the permissions of the directory.',
  },
  EROFS: { code: 'E_WRITE', why: 'the file system is read-only' },
  ENAMETOOLONG: {
    code: 'E_WRITE',
    why: 'the name is too long for the file system',
    hint: 'Shorten it with --name.',
  },
  ENOTDIR: { code: 'E_WRITE', why: 'a file is where a directory is needed' },
  EEXIST: { code: 'E_WRITE', why: 'a file is where a directory is needed' },
  EISDIR: { code: 'E_WRITE', why: 'a directory has this name' },
  ENOTEMPTY: { code: 'E_WRITE', why: 'a directory has this name' },
  ENOENT: { code: 'E_WRITE', why: 'the directory is gone, or cannot be made' },
  EFBIG: { code: 'E_WRITE', why: 'the file is larger than the file system allows' },
  EINVAL: {
    code: 'E_WRITE',
    why: 'the file system does not allow such a name',
    hint: 'Change it with --name.',
  },
  EMFILE: { code: 'E_WRITE', why: 'too many files are open', hint: 'Raise the limit (ulimit -n).' },
  ENFILE: { code: 'E_WRITE', why: 'too many files are open' },
  EIO: { code: 'E_WRITE', why: 'the disk reported an error' },
  EBUSY: { code: 'E_WRITE', why: 'another program holds the file' },
};

/** The failure of one output, with the system's error as its cause. */
export function writeFailure(path: string, cause: unknown): SrganError {
  const { code, why, hint } = REASONS[systemCode(cause) ?? ''] ?? { code: 'E_WRITE', why: 'writing failed' };
  return new SrganError(code, `${path}: ${why}.`, { cause, hint });
}
