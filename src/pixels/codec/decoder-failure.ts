import pLimit from 'p-limit';
import { SrganError } from '../../system/errors.js';
import { open } from '../../system/files/fs.js';
import { containerOf, endsTooEarly } from './container.js';
import { fileFailure, otherKind, truncated } from './file-failures.js';

/** Makes the error for a failed decode, from the decoder's message and the file's structure. */
export async function decoderFailure(path: string, cause: unknown): Promise<SrganError> {
  const message = cause instanceof Error ? cause.message : String(cause);
  let head: Buffer;
  let early: boolean;
  try {
    head = await readHead(path);
    early = await endsTooEarly(path);
  } catch (error) {
    return fileFailure(path, error);
  }
  if (head.length === 0) return new SrganError('E_EMPTY', `${path}: is empty.`, { cause });
  if (early) return truncated(path, cause);
  if (containerOf(head) === 'heif' && head.toString('latin1', 8, 12) === 'avis') {
    return new SrganError('E_UNSUPPORTED', `${path}: is an animated AVIF, which is not supported.`, {
      cause,
      hint: 'Make an animated WebP or GIF of it, or one picture per frame.',
    });
  }
  if (/labq|support for this compression|not supported|unsupported|not configured/i.test(message)) {
    const what = /(?:^|: )([\w ,/-]{3,80}) not supported/im.exec(message)?.[1];
    const detail = what === undefined ? '' : ` (${what})`;
    const sentence = `${path}: is stored in a way that is not supported${detail}.`;
    return new SrganError('E_UNSUPPORTED', sentence, { cause });
  }
  if (containerOf(head)) return new SrganError('E_DECODE', `${path}: the image is damaged.`, { cause });
  return otherKind(path, cause);
}

/** Reads up to 12 bytes from the start of a file. */
async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const oneAtATime = pLimit(1);

/**
 * Repeats a failed `read`, one image at a time: libvips has one message buffer for all threads, so that messages of
 * images that fail at the same time are mixed up or lost.
 */
export async function withOwnMessages<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SrganError) throw error;
    return oneAtATime(read);
  }
}

/** Attempts to get a decoder's messages without those of other images. */
const ATTEMPTS = 3;

/**
 * Returns the decoder's complaint if it leaves all pixels intact, such as unknown TIFF tags; otherwise undefined.
 * @param complain repeats the failure
 */
export async function harmlessComplaint(
  first: unknown,
  complain: () => Promise<void>,
): Promise<string | undefined> {
  let cause = first;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const complaints = (cause instanceof Error ? cause.message : String(cause))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('Warning treated as error'));
    const isHarmless = (line: string) => HARMLESS.some((pattern) => pattern.test(line));
    if (complaints.length > 0 && complaints.every(isHarmless)) return complaints[0];
    cause = await oneAtATime(complain).catch((error: unknown) => error);
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
