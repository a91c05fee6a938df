import type { Pixels, SpilledPixels } from '../../contract/job.js';
import type { Sharp as Image } from 'sharp';
import { loadSharp } from '../../pixels/vips.js';
import type { TempFile } from '../../system/files/temp-files.js';
import type { FileHandle } from '../../system/files/fs.js';
import { getSystemErrorMap } from 'node:util';
import { SrganError, systemCode } from '../../system/errors.js';
import { writeFailure } from '../../system/files/write-files.js';

/** How samples lie in a file. */
export interface Layout extends Omit<SpilledPixels, 'file' | 'bits'> {
  /** 32: floating point. */
  readonly bits: 8 | 16 | 32;
}

/** Where the samples begin: behind the header that libvips writes before its own format. */
export const SAMPLES_AT = 64;

/** What is read or written at a time where rows are gone through one after the other. */
const BLOCK_BYTES = 16 * 2 ** 20;

export const rowBytes = ({ widthPx, channels, bits }: Omit<Layout, 'pageHeightPx' | 'pages'>) =>
  widthPx * channels * (bits / 8);

export const rowsOf = ({ pageHeightPx, pages }: Pick<Layout, 'pageHeightPx' | 'pages'>) =>
  pageHeightPx * pages;

export const samplesEnd = (layout: Layout) => SAMPLES_AT + rowsOf(layout) * rowBytes(layout);

export interface Block {
  readonly row: number;
  readonly rows: number;
}

/** All rows, as many at a time as may be held: a whole number of `unit`, but for the last. */
export function* blocksOf(rows: number, bytesPerRow: number, unit = 1): Generator<Block> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / bytesPerRow / unit)) * unit;
  for (let row = 0; row < rows; row += most) yield { row, rows: Math.min(most, rows - row) };
}

/** Bytes as the samples that they are. */
export function samplesIn(bytes: Uint8Array<ArrayBuffer>, bits: 8 | 16): Uint8Array | Uint16Array {
  return bits === 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** The beginning of a shared buffer as the samples of Pixels. */
export function viewOf(buffer: SharedArrayBuffer, bytes: number, bits: 8 | 16): Pixels['data'] {
  return bits === 8 ? new Uint8Array(buffer, 0, bytes) : new Uint16Array(buffer, 0, bytes / 2);
}

export function bytesOf({ buffer, byteOffset, byteLength }: Pixels['data']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A sharp pipeline that begins with samples on disk, which it reads as it goes. */
export async function openSpilled(file: TempFile, page: number, pages: number): Promise<Image> {
  const sharp = await loadSharp();
  return sharp(file.path, { page, pages, limitInputPixels: false });
}

/** Writes all bytes at a position of the file, in as many calls as it takes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, at + done);
    done += bytesWritten;
  }
}

/** A failure on the way through temp files, told as that of the result; what is no fault of the disk stays. */
export function diskFailure(output: string, error: unknown): unknown {
  if (error instanceof SrganError) return error;
  if (systemCode(error) !== undefined) return writeFailure(output, error);
  const code = codeInMessage(error);
  return code === undefined
    ? error
    : writeFailure(output, Object.assign(new Error(code, { cause: error }), { code }));
}

/** libvips puts the system's words into its message. */
function codeInMessage(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/write (failed|error)/.test(message)) return undefined;
  const words = /^system error: (.*)$/m.exec(message)?.[1]?.toLowerCase();
  const known = [...getSystemErrorMap().values()].find(([, text]) => text === words);
  return known?.[0];
}
