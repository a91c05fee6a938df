import { SrganError, systemCode } from '../system/errors.js';
import { open, type FileHandle } from '../system/files/fs.js';
import type { Outcome } from '../contract/job.js';
import { recordOf } from '../flow/outcome.js';

/** The failures of this run in a file, one JSON record a line. */
export interface ErrorsLog {
  add(outcome: Outcome): Promise<void>;
  readonly bytes: number;
  close(): Promise<void>;
}

/**
 * @param keptBytes of what a process of the same run wrote that died; what comes behind counts for nothing
 * @throws SrganError E_USAGE when the file cannot be made
 */
export async function openErrorsLog(path: string, keptBytes = 0): Promise<ErrorsLog> {
  let bytes = keptBytes;
  const file = await openCut(path, keptBytes).catch((cause: unknown) => {
    const why = systemCode(cause) ?? 'unknown reason';
    throw new SrganError('E_USAGE', `${path}: the file of --errors-log cannot be written (${why}).`, {
      cause,
    });
  });
  return {
    async add(outcome) {
      if (outcome.status !== 'failed') return;
      const line = `${JSON.stringify(recordOf(outcome))}\n`;
      bytes += Buffer.byteLength(line);
      await file.appendFile(line).catch((cause: unknown) => {
        throw new SrganError('E_WRITE', `${path}: writing the file of --errors-log failed.`, { cause });
      });
    },
    get bytes() {
      return bytes;
    },
    close: () => file.close(),
  };
}

async function openCut(path: string, keptBytes: number): Promise<FileHandle> {
  if (keptBytes === 0) return open(path, 'w');
  const file = await open(path, 'a');
  // a pipe or a terminal has what it has
  if ((await file.stat()).isFile()) await file.truncate(keptBytes);
  return file;
}
