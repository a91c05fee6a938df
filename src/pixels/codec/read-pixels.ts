import type { Buffers } from '../../contract/ports.js';
import type { Pixels } from '../../contract/job.js';
import { SrganError } from '../../system/errors.js';
import { composeApng } from './png/animated-png.js';
import { decoderFailure, harmlessComplaint } from './decoder-failure.js';
import { clearUncovered } from './gif-frames.js';
import { headerOf, type Inspection } from './inspect.js';
import { withNativeInput } from './native-input.js';
import { plainRows } from './plain/read-plain.js';
import { renderInto } from './raw.js';
import { loadSharp } from '../vips.js';

export type FailOn = 'warning' | 'error';

export interface ReadPixels {
  readonly pixels: Pixels;
  /** The decoder's complaint, if the pixels are intact. */
  readonly oddity: string | undefined;
}

/**
 * Decodes into a buffer of `buffers`, upright. Values are as stored if the layout is native.
 * @throws SrganError E_TRUNCATED, E_DECODE, E_UNSUPPORTED
 */
export async function readPixels(
  path: string,
  file: Inspection,
  buffers: Buffers,
  own: (buffer: SharedArrayBuffer) => void,
): Promise<ReadPixels> {
  const { widthPx, heightPx, pages } = headerOf(file);
  const { channels, bits } = file.layout;
  const samples = widthPx * heightPx * pages * channels;
  const shared = buffers.take(samples * (bits / 8));
  own(shared);
  const data = bits === 16 ? new Uint16Array(shared, 0, samples) : new Uint8Array(shared, 0, samples);
  const pixels: Pixels = { data, widthPx, pageHeightPx: heightPx, pages, channels };
  if (file.plain) {
    await plainRows(path, file.plain, (row, rows) => data.set(rows, row * widthPx * channels));
    return { pixels, oddity: undefined };
  }
  const oddity = await decodeWith(path, (failOn) =>
    withNativeInput(path, (input) => fill(pixels, path, input, file, failOn)),
  );
  return { pixels, oddity };
}

/**
 * Decodes strictly first, and accepts an image with warnings only if they are harmless.
 * @returns the decoder's complaint, if the pixels are intact
 * @throws SrganError E_TRUNCATED, E_DECODE, E_UNSUPPORTED and those of `fill`
 */
export async function decodeWith(
  path: string,
  fill: (failOn: FailOn) => Promise<void>,
): Promise<string | undefined> {
  let cause: unknown;
  try {
    await fill('warning');
    return undefined;
  } catch (error) {
    if (error instanceof SrganError) throw error;
    cause = error;
  }
  try {
    await fill('error');
  } catch (error) {
    throw error instanceof SrganError ? error : await decoderFailure(path, error);
  }
  const oddity = await harmlessComplaint(cause, () => fill('warning'));
  if (oddity === undefined) throw await decoderFailure(path, cause);
  return oddity;
}

async function fill(
  pixels: Pixels,
  path: string,
  input: string | Buffer,
  { meta, layout, animation, gif }: Inspection,
  failOn: FailOn,
): Promise<void> {
  if (animation) {
    await composeApng(animation, pixels, { failOn, ignoreIcc: layout.native });
    return;
  }
  const { data, widthPx, pageHeightPx, pages, channels } = pixels;
  const sharp = await loadSharp();
  // libvips cannot rotate multiple pages at once
  const turns = pages > 1 && (meta.orientation ?? 1) > 1;
  const reads = turns
    ? Array.from({ length: pages }, (_, page) => ({ page, pages: 1 }))
    : [{ page: 0, pages }];
  let at = 0;
  for (const read of reads) {
    const image = sharp(input, {
      ...(pages > 1 ? read : { pages: 1 }),
      failOn,
      ignoreIcc: layout.native,
      autoOrient: true,
      limitInputPixels: widthPx * pageHeightPx * pages,
    });
    const {
      width,
      height,
      samples: done,
    } = await renderInto(gif ? image.ensureAlpha() : image, data.subarray(at), channels);
    if (width !== widthPx || height !== pageHeightPx * read.pages) {
      throw new SrganError('E_DECODE', `${path}: decodes to another size than its header states.`);
    }
    at += done;
  }
  if (gif) clearUncovered(gif, data);
  const { bitsPerSample = 16 } = meta;
  if (meta.format === 'heif' && bitsPerSample < 16) stretch(data, bitsPerSample);
}

/** Fills the low bits of 10-bit and 12-bit samples, which libvips leaves zero, so that white stays white. */
export function stretch(data: Uint8Array | Uint16Array, bits: number): void {
  if (!(data instanceof Uint16Array)) return;
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) | ((data[i] ?? 0) >> bits);
}
