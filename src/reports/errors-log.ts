import { open } from 'node:fs/promises';
import { SrganError, systemCode } from '../errors.js';
import type { Outcome } from '../job.js';
import { recordOf } from './results.js';

/** The failures of this run in a file, one JSON record a line. */
export interface ErrorsLog {
  add(outcome: Outcome): Promise<void>;
  close(): Promise<void>;
}

/** @throws SrganError E_USAGE when the file cannot be made */
export async function openErrorsLog(path: string): Promise<ErrorsLog> {
  const file = await open(path, 'w').catch((cause: unknown) => {
    const why = systemCode(cause) ?? 'unknown reason';
    throw new SrganError('E_USAGE', `${path}: the file of --errors-log cannot be written (${why}).`, {
      cause,
    });
  });
  return {
    async add(outcome) {
      if (outcome.status !== 'failed') return;
      await file.appendFile(`${JSON.stringify(recordOf(outcome))}\n`).catch((cause: unknown) => {
        throw new SrganError('E_WRITE', `${path}: writing the file of --errors-log failed.`, { cause });
      });
    },
    close: () => file.close(),
  };
}
