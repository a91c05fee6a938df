import { SrganError, systemCode, type ErrorCode } from '../../system/errors.js';

const FILE_FAILURES: Record<string, [ErrorCode, string]> = {
  ENOENT: ['E_NOT_FOUND', 'does not exist'],
  ENOTDIR: ['E_NOT_FOUND', 'does not exist'],
  EISDIR: ['E_NOT_A_FILE', 'is a directory'],
  EACCES: ['E_ACCESS', 'reading it is not allowed'],
  EPERM: ['E_ACCESS', 'reading it is not allowed'],
};

const LOST_NAME = 'For a name that is not UTF-8, pass its directory, a glob or a list (-0).';

/** Turns a system error from reading a file into a SrganError. */
export function fileFailure(path: string, cause: unknown): SrganError {
  const code = systemCode(cause);
  const known = code === undefined ? undefined : FILE_FAILURES[code];
  // U+FFFD replaces bytes that were lost before they reached this program
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
