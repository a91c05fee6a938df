import { SrganError, systemCode } from '../system/errors.js';
import { open, type FileHandle } from '../system/files/fs.js';
import type { Outcome } from '../contract/job.js';
import { recordOf } from '../flow/outcome.js';

/** Writes the failures of a run to a file, one JSON record a line. */
export interface ErrorsLog {
  add(outcome: Outcome): Promise<void>;
  readonly bytes: number;
  close(): Promise<void>;
}

/**
 * @param keptBytes the valid length of a file from a process of this run that died; the rest is discarded
 * @throws SrganError E_USAGE if the file cannot be created
 */
export async function openErrorsLog(path: string, keptBytes = 0): Promise<ErrorsLog> {
  let bytes = keptBytes;
  const file = await openTruncated(path, keptBytes).catch((cause: unknown) => {
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

async function openTruncated(path: string, keptBytes: number): Promise<FileHandle> {
  if (keptBytes === 0) return open(path, 'w');
  const file = await open(path, 'a');
  // a pipe or a terminal cannot be truncated
  if ((await file.stat()).isFile()) await file.truncate(keptBytes);
  return file;
}
