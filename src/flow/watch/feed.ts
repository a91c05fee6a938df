import type { Writable } from 'node:stream';
import { openSync, readSync, writeSync } from '../../system/files/fs.js';

const CHUNK_BYTES = 64 * 1024;

/** Provides standard input to several processes in succession; each receives it from the beginning. */
export interface Feed {
  /** Writes to `stream` until the input ends or the reader goes away. */
  into(stream: Writable): void;
}

/**
 * @param file stores the input read so far; it is read only as fast as it is consumed
 * @throws where the file cannot be created
 */
export function openFeed(input: AsyncIterable<Uint8Array>, file: string): Feed {
  const kept = openSync(file, 'w+', 0o600);
  const chunks = input[Symbol.asyncIterator]();
  let keptBytes = 0;
  let more: Promise<boolean> | undefined;

  /** Reads more input, once for all waiting readers; resolves to whether there was any. */
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
      // the reading process has ended, or wants no more
      stream.on('error', () => undefined);
      copy(stream).catch((error: unknown) => stream.destroy(error instanceof Error ? error : undefined));
    },
  };
}
