import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import { nameBytes } from '../../system/files/file-names.js';
import { pathBelow, isRemote, s3Address } from '../../system/files/address.js';

/** Longest name of a file or directory on all common file systems. */
const MAX_NAME_BYTES = 255;

/** Longest key of an S3 object, in UTF-8. */
const MAX_KEY_BYTES = 1024;

/** @throws SrganError E_WRITE where a name such as `..` would lead out of `directory` */
export function checkPlace(result: string, directory: string, source: string): void {
  if (
    isRemote(result) || isRemote(directory) ? !liesBelow(directory, result) : !isInside(directory, result)
  ) {
    throw new SrganError('E_WRITE', `${source}: its result would lie outside of ${directory}.`, {
      hint: 'Give it another name with --name, or with dst in its record.',
    });
  }
}

function isInside(directory: string, result: string): boolean {
  const relative = path.relative(path.resolve(directory), path.resolve(result));
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

function liesBelow(prefix: string, address: string): boolean {
  const key = pathBelow(prefix, address);
  return key !== undefined && key !== '' && !key.split('/').some((name) => name === '.' || name === '..');
}

/** @throws SrganError E_WRITE */
export function checkLength(result: string, source: string): void {
  if (isRemote(result)) {
    checkKey(result, source);
    return;
  }
  const long = result.split(path.sep).find((name) => nameBytes(name) > MAX_NAME_BYTES);
  if (long !== undefined) {
    throw new SrganError(
      'E_WRITE',
      `${source}: the name of its result would have ${nameBytes(long)} bytes; ${MAX_NAME_BYTES} is the most.`,
      { hint: 'Shorten it with --name or --suffix.' },
    );
  }
}

function checkKey(address: string, source: string): void {
  const { key } = s3Address(address);
  if (/\p{Surrogate}/u.test(key))
    throw new SrganError(
      'E_WRITE',
      `${source}: its result cannot have this name, which is not UTF-8, in a bucket.`,
      {
        hint: 'Give it another name with --name, or with dst in its record.',
      },
    );
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  const most = `${MAX_KEY_BYTES} is the most`;
  throw new SrganError('E_WRITE', `${source}: the key of its result would have ${bytes} bytes; ${most}.`);
}

/** Replaces characters that Windows forbids in names, but keeps separators. */
export function forWindows(text: string): string {
  return text.replace(/[<>:"|?*\u0000-\u001f]/g, '_');
}

/** Changes names that Windows reserves for devices, and trailing dots and spaces, which it drops. */
export function forWindowsName(file: string): string {
  const { dir, base } = path.parse(file);
  const ended = base.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  const free = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(ended) ? `_${ended}` : ended;
  return path.join(dir, free);
}
