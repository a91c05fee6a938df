import type { Writable } from 'node:stream';
import { SrganError, systemCode } from '../system/errors.js';
import { bytesOf } from '../system/files/file-names.js';
import { visible } from '../report/terminal-text.js';

/** Exit status with which shells report SIGPIPE, which Node ignores. */
export const CLOSED_PIPE_STATUS = 141;

/** Standard output with backpressure, which knows when its reader has gone. */
export interface Output {
  /** Resolves when the data was accepted, or at once if the reader has gone. File names keep their original bytes. */
  write(data: string | Uint8Array): Promise<void>;
  /** Whether the reader went away before everything was written. */
  readonly closed: boolean;
  /** @throws SrganError E_WRITE where writing failed, except because the reader went away */
  check(): void;
}

/**
 * @param onClosed called once when the output is closed, so that further work would be useless
 */
export function openOutput(stream: Writable, onClosed: () => void): Output {
  let failure: Error | undefined;
  const fail = (error: Error) => {
    if (failure) return;
    failure = error;
    onClosed();
  };
  // a listener of oclif throws every error but EPIPE out of the event loop
  stream.removeAllListeners('error');
  stream.on('error', fail);

  return {
    write: (data) =>
      new Promise((resolve) => {
        if (failure) {
          resolve();
          return;
        }
        stream.write(typeof data === 'string' ? bytesOf(data) : data, (error) => {
          if (error) fail(error);
          resolve();
        });
      }),
    get closed() {
      return isClosedPipe(failure);
    },
    check() {
      if (!failure || isClosedPipe(failure)) return;
      const why = systemCode(failure) === 'ENOSPC' ? 'the disk is full' : failure.message;
      throw new SrganError('E_WRITE', `Standard output cannot be written: ${why}.`, { cause: failure });
    },
  };
}

const isClosedPipe = (error: Error | undefined) =>
  ['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(systemCode(error) ?? '');

/** Prints a text; it is not an error if the reader has gone. */
export async function print(text: string): Promise<void> {
  const output = openOutput(process.stdout, () => undefined);
  await output.write(text);
  output.check();
}

/** Writes a sentence to standard error. */
export function say(sentence: string): void {
  process.stderr.write(`${visible(sentence)}\n`);
}
