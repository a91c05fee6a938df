import { headerOf, inspect } from '../../pixels/codec/inspect.js';
import { withNativeInput } from '../../pixels/codec/native-input.js';
import { decodeWith } from '../../pixels/codec/read-pixels.js';
import { loadSharp } from '../../pixels/vips.js';
import { SrganError } from '../../system/errors.js';
import { resolveOptions } from '../../flow/settings.js';
import { find } from '../../flow/stages/find.js';
import type { Rgb } from './resample.js';

/** A picture to train on, at one size; most pictures come at two. */
export interface PlannedPicture {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

const MAX_PIXELS = 400e6;
/** A picture smaller than this holds too little to be worth a patch. */
const LEAST_SIDE_PX = 192;
/** Transparent places are seen on gray. */
const BACKGROUND = '#888888';

/**
 * Finds pictures and reads their headers.
 * @param onBad called for each file that cannot be trained on
 * @throws SrganError E_NO_INPUT, E_USAGE
 */
export async function planPictures(
  patterns: readonly string[],
  { shrink, leastPx = LEAST_SIDE_PX, multiple, signal, onBad }: PlanOptions,
): Promise<PlannedPicture[]> {
  const settings = await resolveOptions({ inputs: patterns });
  const planned: PlannedPicture[] = [];
  let found = 0;
  for await (const source of find(settings, signal)) {
    found += 1;
    try {
      if (source.invalid) throw source.invalid;
      const { widthPx, heightPx } = headerOf(await inspect(source.path));
      if (widthPx * heightPx > MAX_PIXELS) {
        throw new SrganError('E_TOO_LARGE', `${source.path}: is over ${MAX_PIXELS / 1e6} Mpx.`);
      }
      for (const scale of shrink ? scalesOf(widthPx, heightPx) : [1]) {
        const size = (px: number) => Math.floor((px * scale) / multiple) * multiple;
        const picture = { path: source.path, widthPx: size(widthPx), heightPx: size(heightPx) };
        if (Math.min(picture.widthPx, picture.heightPx) >= leastPx) planned.push(picture);
      }
    } catch (error) {
      if (!(error instanceof SrganError)) throw error;
      onBad(error);
    }
  }
  signal.throwIfAborted();
  if (found === 0) {
    throw new SrganError('E_NO_INPUT', 'No picture was found.', {
      hint: 'Quote globs, and check the paths.',
    });
  }
  return planned;
}

export interface PlanOptions {
  /** Large pictures are made smaller first, so that the blur of the camera and the blocks of JPEG are gone. */
  readonly shrink: boolean;
  readonly leastPx?: number;
  /** Both sides become multiples of it. */
  readonly multiple: number;
  readonly signal: AbortSignal;
  readonly onBad: (error: SrganError) => void;
}

function scalesOf(widthPx: number, heightPx: number): number[] {
  const longest = Math.max(widthPx, heightPx);
  const scale = longest > 3000 ? 0.45 : longest > 2300 ? 0.6 : longest > 1700 ? 0.75 : 1;
  return [scale, scale * 0.55];
}

/**
 * Decodes a picture to RGB at the planned size.
 * @param fit `fill` scales to the size; `crop` cuts what is over at the right and at the bottom
 * @throws SrganError E_DECODE, E_TRUNCATED, E_NOT_FOUND and others of a file that cannot be read
 */
export async function loadPicture(
  { path, widthPx, heightPx }: PlannedPicture,
  fit: 'fill' | 'crop' = 'fill',
): Promise<Rgb> {
  const sharp = await loadSharp();
  let data: Uint8Array | undefined;
  await decodeWith(path, (failOn) =>
    withNativeInput(path, async (input) => {
      const image = sharp(input, { pages: 1, failOn, autoOrient: true, limitInputPixels: false });
      const sized =
        fit === 'fill'
          ? image.resize(widthPx, heightPx, { kernel: 'lanczos3', fit: 'fill' })
          : image.extract({ left: 0, top: 0, width: widthPx, height: heightPx });
      const decoded = await sized
        .flatten({ background: BACKGROUND })
        .toColourspace('srgb')
        .removeAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      if (decoded.info.channels !== 3 || decoded.data.length !== widthPx * heightPx * 3) {
        throw new SrganError('E_DECODE', `${path}: decodes to something other than its header states.`);
      }
      data = decoded.data;
    }),
  );
  if (!data) throw new SrganError('E_DECODE', `${path}: has no pixels.`);
  return { data, widthPx, heightPx };
}
