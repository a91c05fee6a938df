import { stat } from '../../system/files/fs.js';
import type { BatchLine } from './journal-lines.js';
import { readJournal } from './read.js';

/**
 * How a batch was begun, from the beginning of its journal alone.
 * @returns undefined where there is no such file; `batch` is missing where even the first line was cut off
 * @throws SrganError E_USAGE where it cannot be read
 */
export async function readBegun(file: string): Promise<{ readonly batch?: BatchLine } | undefined> {
  if (!(await stat(file).catch(() => undefined))) return undefined;
  for await (const line of readJournal(file)) {
    if (line.kind === 'batch') return { batch: line };
  }
  return {};
}
