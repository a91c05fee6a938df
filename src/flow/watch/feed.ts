import type { Writable } from 'node:stream';
import { openSync, readSync, writeSync } from '../../system/files/fs.js';

const CHUNK_BYTES = 64 * 1024;

/** Standard input for one process after the other: each gets all of it from the beginning. */
export interface Feed {
  /** Writes to `stream` until the input ends or nobody takes it any more. */
  into(stream: Writable): void;
}

/**
 * @param file where the input is kept as far as it was read; it is read no faster than it is taken
 * @throws where the file cannot be made
 */
export function openFeed(input: AsyncIterable<Uint8Array>, file: string): Feed {
  const kept = openSync(file, 'wx+', 0o600);
  const chunks = input[Symbol.asyncIterator]();
  let keptBytes = 0;
  let more: Promise<boolean> | undefined;

  /** Whether there was more of the input; asked for once, whoever waits for it. */
  const readMore = () =>
    (more ??= chunks.next().then(({ done, value }) => {
      more = undefined;
      if (done) return false;
      for (let at = 0; at < value.length;) at += writeSync(kept, value, at);
      keptBytes += value.length;
      return true;
    }));

  async function copy(stream: Writable): Promise<void> {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; stream.writable;) {
      if (at === keptBytes && !(await readMore())) break;
      const bytes = readSync(kept, buffer, 0, CHUNK_BYTES, at);
      at += bytes;
      await new Promise<void>((resolve) =>
        stream.write(Buffer.from(buffer.subarray(0, bytes)), () => resolve()),
      );
    }
    stream.end();
  }

  return {
    into(stream) {
      // the process on the other side has ended, or wants no more
      stream.on('error', () => undefined);
      copy(stream).catch((error: unknown) => stream.destroy(error instanceof Error ? error : undefined));
    },
  };
}
