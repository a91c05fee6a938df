import { SrganError, systemCode, type ErrorCode } from '../../system/errors.js';

const FILE_FAILURES: Record<string, [ErrorCode, string]> = {
  ENOENT: ['E_NOT_FOUND', 'does not exist'],
  ENOTDIR: ['E_NOT_FOUND', 'does not exist'],
  EISDIR: ['E_NOT_A_FILE', 'is a directory'],
  EACCES: ['E_ACCESS', 'reading it is not allowed'],
  EPERM: ['E_ACCESS', 'reading it is not allowed'],
};

const LOST_NAME = 'A name that is not UTF-8 is taken from its directory, from a glob, or from a list (-0).';

/** Why the file system did not give the file. */
export function fileFailure(path: string, cause: unknown): SrganError {
  const code = systemCode(cause);
  const known = code === undefined ? undefined : FILE_FAILURES[code];
  // what stands for bytes that were lost on the way here
  const hint = code === 'ENOENT' && path.includes('\ufffd') ? LOST_NAME : undefined;
  if (known) return new SrganError(known[0], `${path}: ${known[1]}.`, { cause, hint });
  return new SrganError('E_READ', `${path}: reading failed${code ? ` (${code})` : ''}.`, { cause });
}

export function truncated(path: string, cause?: unknown): SrganError {
  return new SrganError('E_TRUNCATED', `${path}: ends too early; the file is incomplete.`, { cause });
}

export function otherKind(path: string, cause?: unknown): SrganError {
  return new SrganError('E_UNSUPPORTED', `${path}: is not an image of a supported kind.`, {
    cause,
    hint: 'PNG, JPEG, WebP, AVIF, TIFF, GIF, BMP and binary PPM can be read.',
  });
}
