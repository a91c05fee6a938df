import path from 'node:path';
import { SrganError } from '../errors.js';
import { nameBytes } from '../files/names.js';

/** Longest name of one file or directory on every file system in wide use. */
const LONGEST_NAME_BYTES = 255;

/** @throws SrganError E_WRITE where a name such as `..` would lead out of `directory` */
export function checkPlace(result: string, directory: string, source: string): void {
  const relative = path.relative(path.resolve(directory), path.resolve(result));
  if (relative === '' || relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) {
    throw new SrganError('E_WRITE', `${source}: its result would lie outside of ${directory}.`, {
      hint: 'Give it another name with --name, or with dst in its record.',
    });
  }
}

/** @throws SrganError E_WRITE */
export function checkLength(result: string, source: string): void {
  const long = result.split(path.sep).find((name) => nameBytes(name) > LONGEST_NAME_BYTES);
  if (long !== undefined) {
    throw new SrganError(
      'E_WRITE',
      `${source}: the name of its result would have ${nameBytes(long)} bytes; ${LONGEST_NAME_BYTES} is the most.`,
      { hint: 'Shorten it with --name or --suffix.' },
    );
  }
}

/** Without what Windows forbids in names; separators stay. */
export function forWindows(text: string): string {
  return text.replace(/[<>:"|?*\u0000-\u001f]/g, '_');
}

/** Windows keeps some names for devices, and drops dots and spaces at the end. */
export function forWindowsName(file: string): string {
  const { dir, base } = path.parse(file);
  const ended = base.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  const free = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(ended) ? `_${ended}` : ended;
  return path.join(dir, free);
}
