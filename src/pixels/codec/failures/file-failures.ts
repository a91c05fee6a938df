import pLimit from 'p-limit';
import { SrganError, systemCode, type ErrorCode } from '../../../system/errors.js';

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

const alone = pLimit(1);

/**
 * Runs `read` again where it failed, one failed image at a time: libvips keeps its messages in one place for
 * all threads, so that those of images that fail together are mixed up or lost.
 */
export async function withOwnMessages<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SrganError) throw error;
    return alone(read);
  }
}

/** Attempts to get a decoder's own words, where those of other images may come between. */
const HEARINGS = 3;

/**
 * What a decoder complains of, where that leaves every pixel intact, such as a scan header of another kind of
 * JPEG or TIFF tags that it does not know; undefined for anything worse.
 * @param complain fails in the same way again
 */
export async function harmlessOddity(
  first: unknown,
  complain: () => Promise<void>,
): Promise<string | undefined> {
  let cause = first;
  for (let hearing = 0; hearing < HEARINGS; hearing++) {
    const complaints = (cause instanceof Error ? cause.message : String(cause))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('Warning treated as error'));
    const isHarmless = (line: string) => HARMLESS.some((pattern) => pattern.test(line));
    if (complaints.length > 0 && complaints.every(isHarmless)) return complaints[0];
    cause = await alone(complain).catch((error: unknown) => error);
  }
  return undefined;
}

const HARMLESS = [
  /Invalid SOS parameters for sequential JPEG/,
  /Unknown field with tag/i,
  /Unknown Adobe color transform code/,
  /Incorrect count for "/,
  /Incompatible type for "/,
  /Invalid TIFF directory; tags are not sorted/i,
];
