import type { Writable } from 'node:stream';
import { SrganError, systemCode } from '../system/errors.js';
import { bytesOf } from '../system/files/file-names.js';
import { visible } from '../report/terminal-text.js';

/** As a shell reports a program that died of SIGPIPE, which Node ignores. */
export const CLOSED_PIPE_STATUS = 141;

/** Standard output, with backpressure, that knows when nobody reads any more. */
export interface Output {
  /** Resolves when it has been taken; at once where the reader has gone. Names get their own bytes back. */
  write(data: string | Uint8Array): Promise<void>;
  /** The reader went away before everything was written. */
  readonly closed: boolean;
  /** @throws SrganError E_WRITE where writing failed for another reason than a reader that went away */
  check(): void;
}

/**
 * @param onClosed called once, when the text can go nowhere any more: computing on would be for nothing
 */
export function openOutput(stream: Writable, onClosed: () => void): Output {
  let failure: Error | undefined;
  const fail = (error: Error) => {
    if (failure) return;
    failure = error;
    onClosed();
  };
  // a listener that oclif adds throws every error but EPIPE out of the event loop
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

/** Prints one text; a reader that went away has seen what it wanted. */
export async function print(text: string): Promise<void> {
  const output = openOutput(process.stdout, () => undefined);
  await output.write(text);
  output.check();
}

/** A sentence for a person, on standard error. */
export function say(sentence: string): void {
  process.stderr.write(`${visible(sentence)}\n`);
}
