import type { Metadata } from 'sharp';
import { SrganError } from '../../system/errors.js';
import { access, constants, readFile, stat } from '../../system/files/fs.js';
import type { ImageHeader } from '../../contract/job.js';
import { formatBytes } from '../../system/measures.js';
import { leavesUncovered, readApng, type AnimatedPng, pngFrames } from './png/animated-png.js';
import { withWindow, inspectBytes } from './byte-source.js';
import { endsTooEarly } from './container.js';
import { leavesCanvas, readGif, type Gif } from './gif-frames.js';
import { decoderFailure, withOwnMessages } from './decoder-failure.js';
import { fileFailure, truncated } from './file-failures.js';
import { withNativeInput } from './native-input.js';
import { readDirectories } from './metadata/tiff-directory.js';
import type { PlainImage } from './plain/plain-image.js';
import { readPlain } from './plain/read-plain.js';
import { loadSharp } from '../vips.js';

/** Facts from the header, with the names of sharp. */
export interface Facts extends Pick<
  Metadata,
  | 'width'
  | 'height'
  | 'space'
  | 'depth'
  | 'channels'
  | 'hasAlpha'
  | 'isPalette'
  | 'orientation'
  | 'density'
  | 'bitsPerSample'
  | 'pages'
  | 'loop'
  | 'delay'
  | 'icc'
  | 'exif'
  | 'xmp'
  | 'iptc'
> {
  readonly format: string;
}

/** Facts about a file, read without decoding pixels. */
export interface Inspection {
  readonly meta: Facts;
  readonly fileBytes: number;
  /** Number of pages or frames to decode. */
  readonly pages: number;
  /** Number of reduced copies of the first page, which are not decoded. */
  readonly previews: number;
  readonly layout: Layout;
  /** Set for formats with a decoder of our own. */
  readonly plain?: PlainImage;
  /** Set for a GIF whose frames leave parts of its canvas uncovered. */
  readonly gif?: Gif;
  /** Set for an animated PNG, whose frames we compose ourselves. */
  readonly animation?: AnimatedPng;
}

/** The layout of the decoded samples. */
export interface Layout {
  readonly channels: 1 | 2 | 3 | 4;
  readonly bits: 8 | 16;
  /** True if the samples are as stored, in the embedded profile; false if they are converted to sRGB. */
  readonly native: boolean;
}

/**
 * Inspects a file.
 * @param maxBytes larger files are rejected without opening them
 * @throws SrganError E_NOT_FOUND, E_NOT_A_FILE, E_ACCESS, E_READ, E_EMPTY, E_UNSUPPORTED, E_DECODE, E_TRUNCATED,
 *   E_TOO_LARGE
 */
export async function inspect(path: string, maxBytes = Infinity): Promise<Inspection> {
  const fileBytes = await sizeOfFile(path);
  if (fileBytes > maxBytes) {
    const what = `has ${formatBytes(fileBytes)}, over the limit of ${formatBytes(maxBytes)}`;
    throw new SrganError('E_TOO_LARGE', `${path}: ${what}.`, { hint: 'Raise it with --max-input-bytes.' });
  }
  const plain = readPlain(path);
  if (plain) return inspectionOf(plain, fileBytes);
  const sharp = await loadSharp();
  const open = (pages: number) =>
    withNativeInput(path, (input) => sharp(input, { pages, limitInputPixels: false }).metadata());
  let meta: Metadata;
  try {
    meta = await withOwnMessages(() => open(1));
  } catch (error) {
    throw error instanceof SrganError ? error : await decoderFailure(path, error);
  }
  if (meta.format === 'heif' && meta.compression !== 'av1') {
    throw new SrganError('E_UNSUPPORTED', `${path}: HEIC is not supported; of this family only AVIF is.`);
  }
  // the decoders of these formats accept truncated files
  if (meta.format === 'png' && !endsWithTrailer(path, fileBytes) && (await endsTooEarly(path))) {
    throw truncated(path);
  }
  const gif = meta.format === 'gif' ? await withWindow(path, readGif) : undefined;
  if (gif && !gif.isWhole) throw truncated(path);
  const stored = meta.format === 'heif' ? 1 : (meta.pages ?? 1);
  let previews = 0;
  if (meta.format === 'tiff' && stored > 1) {
    try {
      await open(-1);
    } catch (error) {
      if (!hasOnlyPreviews(path)) {
        throw new SrganError('E_UNSUPPORTED', `${path}: has ${stored} pages of different sizes or kinds.`, {
          cause: error,
          hint: 'Split it into one file per page first.',
        });
      }
      previews = stored - 1;
    }
  }
  const layout = layoutOf(path, meta);
  const animation = meta.format === 'png' ? await animationIn(path, meta, fileBytes) : undefined;
  if (animation) return { ...animated(animation, meta, layout), fileBytes, previews };
  const file = { meta, fileBytes, pages: stored - previews, previews };
  // libvips returns no alpha if no frame has a transparent colour
  if (gif && layout.channels === 3 && leavesCanvas(gif))
    return { ...file, layout: { ...layout, channels: 4 }, gif };
  return { ...file, layout };
}

function inspectionOf(plain: PlainImage, fileBytes: number): Inspection {
  const { format, widthPx: width, heightPx: height, channels, bits, density, icc } = plain;
  const space = channels < 3 ? 'b-w' : 'srgb';
  const depth = bits === 16 ? 'ushort' : 'uchar';
  const hasAlpha = channels % 2 === 0;
  return {
    meta: { format, width, height, space, depth, channels, hasAlpha, isPalette: false, density, icc },
    fileBytes,
    pages: 1,
    previews: 0,
    layout: { channels, bits, native: true },
    plain,
  };
}

/** An animated PNG is read into memory as a whole. */
const MAX_APNG_BYTES = 256 * 2 ** 20;

/** Reads an animation. If it is huge or rotated by its orientation, only its still image is used. */
async function animationIn(
  path: string,
  { orientation = 1 }: Metadata,
  fileBytes: number,
): Promise<AnimatedPng | undefined> {
  if (pngFrames(path) <= 1 || orientation !== 1 || fileBytes > MAX_APNG_BYTES) return undefined;
  return readApng(await readFile(path));
}

function animated(animation: AnimatedPng, meta: Metadata, layout: Layout) {
  const { frames, loop } = animation;
  const channels = leavesUncovered(animation) ? WITH_ALPHA[layout.channels] : layout.channels;
  const delay = frames.map(({ delayMs }) => delayMs);
  return { meta: { ...meta, loop, delay }, pages: frames.length, layout: { ...layout, channels }, animation };
}

const WITH_ALPHA = { 1: 2, 2: 2, 3: 4, 4: 4 } as const;

/** Returns the header of a file. Sizes are after EXIF orientation; channels and bits are of the decoded pixels. */
export function headerOf({ meta, fileBytes, pages, layout }: Inspection): ImageHeader {
  const lying = (meta.orientation ?? 1) >= 5;
  return {
    format: meta.format,
    widthPx: lying ? meta.height : meta.width,
    heightPx: lying ? meta.width : meta.height,
    pages,
    channels: layout.channels,
    hasAlpha: layout.channels % 2 === 0,
    bitsPerSample: layout.bits,
    gray: layout.channels < 3,
    fileBytes,
  };
}

async function sizeOfFile(path: string): Promise<number> {
  let bytes: number;
  try {
    const status = await stat(path);
    if (!status.isFile()) {
      const what = status.isDirectory() ? 'a directory' : 'not a regular file';
      throw new SrganError('E_NOT_A_FILE', `${path}: is ${what}.`, {
        hint: status.isDirectory() ? 'Only pipe and batch take directories, as arguments.' : undefined,
      });
    }
    await access(path, constants.R_OK);
    bytes = status.size;
  } catch (error) {
    throw error instanceof SrganError ? error : fileFailure(path, error);
  }
  if (bytes === 0) throw new SrganError('E_EMPTY', `${path}: is empty.`);
  return bytes;
}

/** The last chunk of a PNG file is always the same 12 bytes, but some files have data after it. */
function endsWithTrailer(path: string, fileBytes: number): boolean {
  return inspectBytes(path, false, (file) => {
    return file.read(Math.max(0, fileBytes - 12), 12).toString('latin1', 4, 8) === 'IEND';
  });
}

/** TIFF 6.0, NewSubfileType: bit 0 marks a reduced-resolution version of another image of the file. */
function hasOnlyPreviews(path: string): boolean {
  return inspectBytes(path, false, (file) =>
    readDirectories(file)
      .slice(1)
      .every((directory) => ((directory.numbers(254)?.[0] ?? 0) & 1) === 1),
  );
}

function layoutOf(path: string, meta: Metadata): Layout {
  const alpha = meta.hasAlpha ? 1 : 0;
  const rgb: 3 | 4 = meta.hasAlpha ? 4 : 3;
  if (meta.space === 'cmyk' || meta.space === 'lab' || meta.space === 'labs') {
    return { channels: rgb, bits: 8, native: false };
  }
  const colours = meta.channels - alpha;
  if ((meta.depth !== 'uchar' && meta.depth !== 'ushort') || (colours !== 1 && colours !== 3)) {
    const kind = `${colours} colour channels of type ${meta.depth}`;
    throw new SrganError('E_UNSUPPORTED', `${path}: has ${kind}, which is not supported.`, {
      hint: 'Gray, RGB and CMYK with 8 or 16 bits per channel can be read.',
    });
  }
  const gray: 1 | 2 = meta.hasAlpha ? 2 : 1;
  return { channels: colours === 1 ? gray : rgb, bits: meta.depth === 'ushort' ? 16 : 8, native: true };
}
