import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metadata, SharpOptions } from 'sharp';
import { loadSharp } from '../vips.js';
import { withNativeInput } from '../codec/native-input.js';
import { asSrganError, SrganError, systemCode, type ErrorCode } from '../../system/errors.js';
import { mkdtemp, open, rm, stat, type FileHandle } from '../../system/files/fs.js';

/** An image with its decoded rows on disk, so that memory does not depend on its size. */
export interface Rows {
  readonly path: string;
  readonly widthPx: number;
  /** Height of one page; the rows of all pages are consecutive. */
  readonly pageHeightPx: number;
  readonly pages: number;
  /** 1: gray, 3: RGB, 4: RGB with straight alpha. */
  readonly channels: 1 | 3 | 4;
  readonly maxValue: 255 | 65535;
  readonly profile: Buffer | undefined;
  /**
   * Reads interleaved samples of `count` rows, starting at row `top`; valid until the next call.
   * @throws SrganError E_READ
   */
  read(top: number, count: number): Promise<Uint8Array | Uint16Array>;
  close(): Promise<void>;
}

/** Maximum of width × height × pages. */
export const MAX_PIXELS = 1_000_000_000;

/**
 * Decodes an image to a temporary file and opens its rows. Values are as stored, without applying a colour profile
 * (except CMYK, which is converted to sRGB), upright by EXIF orientation.
 * @throws SrganError E_NOT_FOUND, E_NOT_A_FILE, E_ACCESS, E_UNSUPPORTED, E_DECODE, E_TOO_LARGE, E_WRITE
 */
export async function openRows(path: string): Promise<Rows> {
  await checkFile(path);
  const sharp = await loadSharp();
  const header = await withNativeInput(path, (input) =>
    sharp(input, { limitInputPixels: false }).metadata(),
  ).catch((cause: unknown) => {
    throw asSrganError(cause, 'E_UNSUPPORTED', `${path}: not an image of a kind that can be read.`);
  });
  const pages = header.pages ?? 1;
  checkPixels(path, header.width * (header.pageHeight ?? header.height) * pages);

  const directory = await mkdtemp(join(tmpdir(), 'srgan-rows-')).catch((cause: unknown) => {
    throw new SrganError('E_WRITE', `${tmpdir()}: cannot hold temp files.`, { cause });
  });
  const clean = () => rm(directory, { recursive: true, force: true });
  try {
    const spilled = join(directory, 'rows.v');
    const options: SharpOptions = {
      ...(pages > 1 ? { pages: -1 } : { autoOrient: true }),
      limitInputPixels: false,
      sequentialRead: true,
      ignoreIcc: header.space !== 'cmyk',
    };
    await withNativeInput(path, (input) =>
      sharp(input, options).toColourspace(colourSpaceOf(header)).toFile(spilled),
    ).catch(decodeError(path));
    const file = await open(spilled);
    // on POSIX, an open file outlives its name: nothing is left behind, however this process ends
    if (process.platform !== 'win32') await clean();
    return await rowsOf(path, header, pages, file, clean);
  } catch (error) {
    await clean();
    throw asSrganError(error, 'E_READ', `${path}: its decoded rows cannot be read.`);
  }
}

/** Gray with alpha becomes RGB with alpha; anything other than gray and RGB becomes sRGB. */
function colourSpaceOf({ space, depth, hasAlpha }: Metadata) {
  const gray = space === 'b-w' || space === 'grey16';
  if (depth === 'ushort') return gray && !hasAlpha ? 'grey16' : 'rgb16';
  return gray && !hasAlpha ? 'b-w' : 'srgb';
}

/** Reads the native format of libvips: a header of 64 bytes, then the samples in native byte order. */
async function rowsOf(
  path: string,
  header: Metadata,
  pages: number,
  file: FileHandle,
  clean: () => Promise<void>,
): Promise<Rows> {
  const little = endianness() === 'LE';
  const start = new DataView(new ArrayBuffer(HEADER_BYTES));
  await file.read(start, 0, HEADER_BYTES, 0);
  const field = (at: number) => start.getInt32(at, little);
  const [widthPx, rows, channels, format] = [field(4), field(8), field(12), field(20)];
  if ((channels !== 1 && channels !== 3 && channels !== 4) || (format !== UCHAR && format !== USHORT)) {
    await file.close();
    throw new SrganError('E_UNSUPPORTED', `${path}: ${channels} channels of this kind cannot be compared.`);
  }
  const rowSamples = widthPx * channels;
  const sampleBytes = format === USHORT ? 2 : 1;
  let buffer = new ArrayBuffer(0);

  return {
    path,
    widthPx,
    pageHeightPx: rows / pages,
    pages,
    channels,
    maxValue: format === USHORT ? 65535 : 255,
    profile: header.icc,
    async read(top, count) {
      const bytes = count * rowSamples * sampleBytes;
      if (buffer.byteLength < bytes) buffer = new ArrayBuffer(bytes);
      const into = new Uint8Array(buffer, 0, bytes);
      for (let done = 0; done < bytes;) {
        const position = HEADER_BYTES + top * rowSamples * sampleBytes + done;
        const { bytesRead } = await file.read(into, done, bytes - done, position);
        if (bytesRead === 0) throw new SrganError('E_READ', `${path}: its decoded rows end too early.`);
        done += bytesRead;
      }
      return format === USHORT ? new Uint16Array(buffer, 0, count * rowSamples) : into;
    },
    async close() {
      await file.close();
      await clean();
    },
  };
}

const HEADER_BYTES = 64;
const UCHAR = 0;
const USHORT = 2;

async function checkFile(path: string) {
  const found = await stat(path).catch((cause: unknown) => {
    const [code, sentence] = UNREADABLE[systemCode(cause) ?? ''] ?? (['E_READ', 'cannot be read'] as const);
    throw new SrganError(code, `${path}: ${sentence}.`, { cause });
  });
  if (!found.isFile()) throw new SrganError('E_NOT_A_FILE', `${path}: not a file.`);
  if (found.size === 0) throw new SrganError('E_EMPTY', `${path}: the file is empty.`);
}

const UNREADABLE: Record<string, readonly [ErrorCode, string]> = {
  ENOENT: ['E_NOT_FOUND', 'there is no such file'],
  ENOTDIR: ['E_NOT_FOUND', 'there is no such file'],
  EACCES: ['E_ACCESS', 'reading it is not allowed'],
};

function checkPixels(path: string, pixels: number) {
  if (pixels <= MAX_PIXELS) return;
  const mpx = Math.round(pixels / 1e6);
  throw new SrganError(
    'E_TOO_LARGE',
    `${path}: ${mpx} Mpx are more than the ${MAX_PIXELS / 1e6} that can be compared.`,
  );
}

function decodeError(path: string) {
  return (cause: unknown) => {
    const full = cause instanceof Error && /no space|disk|write/i.test(cause.message);
    if (full)
      throw new SrganError('E_NOSPC', `${tmpdir()}: no room for the decoded rows of ${path}.`, { cause });
    throw new SrganError('E_DECODE', `${path}: the image is damaged.`, { cause });
  };
}

/**
 * One row of an image for comparison: values 0 to 255 at any depth (16-bit samples divided by 257). Colours are
 * premultiplied by alpha, so that invisible colours do not count.
 */
export interface PlaneRow {
  /** Gray, or red, green and blue. */
  readonly colour: readonly Float64Array[];
  /** Luma, 16 to 235. */
  readonly y: Float64Array;
  /** 255 is opaque; empty if neither image has alpha. */
  readonly alpha: Float64Array;
}

/** The planes that both images of a comparison are converted to. */
export interface PlaneShape {
  readonly colours: 1 | 3;
  readonly alpha: boolean;
}

export function shapeOfPair(a: Pick<Rows, 'channels'>, b: Pick<Rows, 'channels'>): PlaneShape {
  return {
    colours: a.channels === 1 && b.channels === 1 ? 1 : 3,
    alpha: a.channels === 4 || b.channels === 4,
  };
}

/**
 * Returns a function that splits samples of `rows` into planes; it reuses the same arrays. Luma is ITU-R BT.601 for
 * 8-bit video, without rounding: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255, like rgb2ycbcr of MATLAB, which
 * papers on super-resolution use.
 */
export function planeReader(rows: Pick<Rows, 'channels' | 'maxValue' | 'widthPx'>, shape: PlaneShape) {
  const { channels, widthPx } = rows;
  const levels = rows.maxValue / 255;
  const planes = Array.from({ length: channels === 1 ? 1 : 3 }, () => new Float64Array(widthPx));
  const gray = planes[0] as Float64Array;
  const [red, green, blue] = [gray, planes[1] ?? gray, planes[2] ?? gray];
  const colour = shape.colours === 1 ? [gray] : [red, green, blue];
  const y = new Float64Array(widthPx);
  const alpha = new Float64Array(shape.alpha ? widthPx : 0).fill(255);

  /** @param row index in the band of `samples` */
  return (samples: Uint8Array | Uint16Array, row: number): PlaneRow => {
    let at = row * widthPx * channels;
    for (let x = 0; x < widthPx; x++, at += channels) {
      let opacity = 1;
      if (channels === 4) {
        const value = (samples[at + 3] as number) / levels;
        alpha[x] = value;
        opacity = value / 255;
      }
      for (let c = 0; c < planes.length; c++) {
        (planes[c] as Float64Array)[x] = ((samples[at + c] as number) / levels) * opacity;
      }
      y[x] =
        16 +
        (65.481 * (red[x] as number) + 128.553 * (green[x] as number) + 24.966 * (blue[x] as number)) / 255;
    }
    return { colour, y, alpha };
  };
}
