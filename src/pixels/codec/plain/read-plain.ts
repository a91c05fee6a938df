import { SrganError } from '../../../system/errors.js';
import { open } from '../../../system/files/fs.js';
import { truncated } from '../file-failures.js';
import { inspectBytes } from '../byte-source.js';
import { isBmp, readBmp, runRows } from './bmp.js';
import { isNetpbm, readNetpbm } from './netpbm.js';
import { damaged, type PlainImage, type PutRows } from './plain-image.js';

/**
 * Reads the header of a BMP or Netpbm file. Returns undefined for any other file.
 * @throws SrganError E_UNSUPPORTED, E_DECODE, E_TRUNCATED
 */
export function readPlain(path: string): PlainImage | undefined {
  const found = inspectBytes<PlainImage | SrganError | undefined>(path, undefined, (file) => {
    const head = file.read(0, Math.min(file.length, SIGNATURE_BYTES));
    const read = isBmp(head) ? readBmp : isNetpbm(head) ? readNetpbm : undefined;
    try {
      const image = read?.(file, path);
      return (image && findProblem(path, image, file.length)) ?? image;
    } catch (error) {
      return error instanceof SrganError ? error : truncated(path, error);
    }
  });
  if (found instanceof SrganError) throw found;
  return found;
}

const SIGNATURE_BYTES = 18;

function findProblem(
  path: string,
  { widthPx, heightPx, startAt, rowBytes = 0 }: PlainImage,
  fileBytes: number,
): SrganError | undefined {
  if (!(widthPx > 0 && heightPx > 0)) return damaged(path);
  return startAt + rowBytes * heightPx > fileBytes ? truncated(path) : undefined;
}

/** Bytes read at a time. */
const BLOCK_BYTES = 2 ** 20;

/**
 * Decodes all rows, some at a time, in stored order.
 * @throws SrganError E_TRUNCATED, E_DECODE, and the system's errors
 */
export async function plainRows(path: string, image: PlainImage, put: PutRows): Promise<void> {
  const file = await open(path, 'r');
  try {
    if (image.runBits !== undefined) {
      await runRows(file, path, image, put);
      return;
    }
    const { rowBytes = 1, heightPx } = image;
    const most = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
    for (let first = 0; first < heightPx; first += most) {
      const rows = Math.min(most, heightPx - first);
      const stored = Buffer.alloc(rows * rowBytes);
      for (let done = 0; done < stored.length;) {
        const at = image.startAt + first * rowBytes + done;
        const { bytesRead } = await file.read(stored, done, stored.length - done, at);
        if (bytesRead === 0) throw truncated(path);
        done += bytesRead;
      }
      await put(image.isBottomUp ? heightPx - first - rows : first, samplesFrom(image, stored, rows));
    }
  } finally {
    await file.close();
  }
}

/** Converts stored rows to samples, from top to bottom. */
function samplesFrom(image: PlainImage, stored: Buffer, rows: number): Uint8Array | Uint16Array {
  const samples = rows * image.widthPx * image.channels;
  const into = image.bits === 16 ? new Uint16Array(samples) : new Uint8Array(samples);
  image.convert(stored, into, rows);
  return into;
}
