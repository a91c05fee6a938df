import { SrganError } from '../../../system/errors.js';

/** An image in a simple format that we decode ourselves. */
export interface PlainImage {
  readonly format: 'bmp' | 'ppm';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly bits: 8 | 16;
  /** Offset of the pixels. */
  readonly startAt: number;
  /** Undefined if the pixels are compressed. */
  readonly rowBytes: number | undefined;
  /** Rows are stored from bottom to top. */
  readonly isBottomUp: boolean;
  /** Converts stored rows to samples. */
  readonly convert: (stored: Buffer, into: Uint8Array | Uint16Array, rows: number) => void;
  /** Bits per pixel of run-length encoding, if it is used. */
  readonly runBits?: 4 | 8;
  /** Pixels per inch. */
  readonly density?: number;
  readonly icc?: Buffer;
}

/** Receives the samples of whole rows, starting at `row`. */
export type PutRows = (row: number, samples: Uint8Array | Uint16Array) => void | Promise<void>;

export const damaged = (path: string) => new SrganError('E_DECODE', `${path}: the image is damaged.`);

/** @param what the unsupported kind, such as `a BMP with JPEG inside` */
export const unsupported = (path: string, what: string) =>
  new SrganError('E_UNSUPPORTED', `${path}: is ${what}, which is not supported.`, {
    hint: 'Save it as PNG first.',
  });
