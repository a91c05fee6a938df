import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from '../../system/files/fs.js';
import { textOf, type LogLine } from './log.js';

/** A log that grows past this is summed up. */
const MOST_LOG_BYTES = 2 ** 20;

/** The log of a run, while its process writes it. */
export interface Notes {
  note(line: LogLine): void;
  /** Something beside the log that must be whole as well. */
  noting(write: () => void): void;
}

/**
 * Goes on with a log. Notes that are not whole would mislead: without room for them there are none.
 * @param summed all that has been noted, in one line
 */
export function openNotes(file: string, summed: () => LogLine): Notes {
  let handle: number | undefined = openSync(file, 'a', 0o600);
  let bytes = 0;
  return {
    note: (line) => {
      const text = textOf(line);
      noting((log) => {
        const written = writeSync(log, text);
        if (written < Buffer.byteLength(text)) throw new Error(`${file}: the disk is full`);
        bytes += written;
        if (bytes > MOST_LOG_BYTES) sumUp(log);
      });
    },
    noting,
  };

  function noting(write: (log: number) => void): void {
    if (handle === undefined) return;
    try {
      write(handle);
    } catch {
      handle = undefined;
      rmSync(file, { force: true });
    }
  }

  function sumUp(log: number): void {
    const next = `${file}.new`;
    writeFileSync(next, textOf(summed()), { mode: 0o600 });
    closeSync(log);
    handle = undefined;
    renameSync(next, file);
    handle = openSync(file, 'a');
    bytes = 0;
  }
}
