import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../../system/errors.js';
import { createWriteStream, mkdtemp, rm } from '../../system/files/fs.js';
import { formatBytes } from '../../system/measures.js';
import { writeFailure } from '../../system/files/write-files.js';
import { untrackTempPath, trackTempPath } from '../../system/files/temp-files.js';

/** A directory that nobody else can look into; it goes with `remove`, or with the process. */
export interface PrivateDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

export async function makePrivateDirectory(): Promise<PrivateDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'srgan-')).catch((cause: unknown) => {
    throw writeFailure(tmpdir(), cause);
  });
  trackTempPath(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      untrackTempPath(path);
    },
  };
}

/**
 * Takes all bytes of standard input into a file.
 * @throws SrganError E_TOO_LARGE, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function holdInput(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<void> {
  try {
    await pipeline(stream, limited, createWriteStream(path, { flags: 'wx' }), { signal });
  } catch (cause) {
    if (cause instanceof SrganError) throw cause;
    if (signal.aborted) throw new SrganError('E_CANCELLED', 'Stopped before the image was read.', { cause });
    throw writeFailure(path, cause);
  }

  async function* limited(chunks: AsyncIterable<Uint8Array>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new SrganError('E_TOO_LARGE', `Standard input has more than ${formatBytes(maxBytes)}.`, {
          hint: 'Put the image into a file first.',
        });
      }
      yield chunk;
    }
  }
}
