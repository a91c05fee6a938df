import { SrganError } from '../../../system/errors.js';
import { hashFile } from '../../../system/files/hash-file.js';

export interface FileSum {
  /** For people. */
  readonly name: string;
  /** In hex. */
  readonly sha256: string;
}

/** @throws SrganError E_USAGE where it is no SHA-256 in hex */
export function checkSumText(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new SrganError('E_USAGE', `--sha256 needs 64 hex digits, not '${text}'.`);
}

/**
 * Compares what there is with what is to be there, before anything of it is read as a network.
 * @throws SrganError E_MODEL where one that is to be there is of none of the files
 */
export function compareSums(wanted: readonly string[], files: readonly FileSum[]): void {
  for (const sum of wanted) {
    if (files.some(({ sha256 }) => sha256 === sum)) continue;
    const found = files.map(({ name, sha256 }) => `that of ${name} is ${sha256}`).join(', ');
    throw new SrganError('E_MODEL', `No file has the sha256 ${sum}: ${found}.`);
  }
}

/** @throws SrganError E_READ */
export async function sumsOf(files: readonly string[], shown = (file: string) => file): Promise<FileSum[]> {
  const sums: FileSum[] = [];
  for (const file of files) sums.push({ name: shown(file), sha256: await hashFile(file) });
  return sums;
}
