import { SrganError } from '../../../system/errors.js';

/** An image of a kind that libvips does not read here, and that is simple enough to be read by ourselves. */
export interface PlainImage {
  readonly format: 'bmp' | 'ppm';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly bits: 8 | 16;
  /** Where the pixels begin, and the bytes of a row; undefined where they are compressed. */
  readonly startAt: number;
  readonly rowBytes: number | undefined;
  /** Rows come from the bottom to the top. */
  readonly isBottomUp: boolean;
  /** Turns stored rows into samples. */
  readonly convert: (stored: Buffer, into: Uint8Array | Uint16Array, rows: number) => void;
  /** Run lengths of so many bits per pixel. */
  readonly runBits?: 4 | 8;
  /** Pixels per inch. */
  readonly density?: number;
  readonly icc?: Buffer;
}

/** Samples of whole rows, from `row` on. */
export type PutRows = (row: number, samples: Uint8Array | Uint16Array) => void | Promise<void>;

export const damaged = (path: string) => new SrganError('E_DECODE', `${path}: the image is damaged.`);

/** @param what is not supported, such as `a BMP with JPEG inside` */
export const notRead = (path: string, what: string) =>
  new SrganError('E_UNSUPPORTED', `${path}: is ${what}, which is not supported.`, {
    hint: 'Save it as PNG first.',
  });
