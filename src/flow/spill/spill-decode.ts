import type { Sharp as Image } from 'sharp';
import { coverage, type Gif } from '../../pixels/codec/gif-frames.js';
import { headerOf, type Inspection } from '../../pixels/codec/inspect.js';
import { withNativeInput } from '../../pixels/codec/native-input.js';
import { plainRows } from '../../pixels/codec/plain/read-plain.js';
import { spaceOf } from '../../pixels/codec/raw.js';
import { decodeWith, stretch, type FailOn } from '../../pixels/codec/read-pixels.js';
import { loadSharp } from '../../pixels/vips.js';
import type { SpilledPixels } from '../../contract/job.js';
import { bleedSpilled } from './spill-bleed.js';
import { diskFailure, type Layout } from './layout.js';
import { changeBlocks, adoptVipsFile, spillInto } from './sample-file.js';
import type { MakeTemp } from '../../system/files/temp-files.js';
import { turned } from './turn.js';

export interface ReadSpilled {
  readonly spilled: SpilledPixels;
  /** What a decoder complained of, where that leaves the pixels intact. */
  readonly oddity: string | undefined;
}

/**
 * Decodes into a file what is then the same as what codec/read-pixels.ts and codec/bleed.ts make in memory.
 * @param output path of the result, for what the disk refuses
 * @throws SrganError E_TRUNCATED, E_DECODE, E_UNSUPPORTED, E_NOSPC, E_WRITE
 */
export async function readSpilled(
  path: string,
  file: Inspection,
  output: string,
  makeTemp: MakeTemp,
): Promise<ReadSpilled> {
  const { widthPx, heightPx, pages } = headerOf(file);
  const { orientation = 1, bitsPerSample = 16, format } = file.meta;
  const { channels, bits } = file.layout;
  const [storedWidthPx, pageHeightPx] = orientation >= 5 ? [heightPx, widthPx] : [widthPx, heightPx];
  const layout = { widthPx: storedWidthPx, pageHeightPx, pages, channels, bits };
  const { plain } = file;
  try {
    if (plain) {
      const spilled = await spillInto(await makeTemp(), layout, (to) =>
        plainRows(path, plain, (row, { buffer, byteOffset, byteLength }) =>
          to.write(row, new Uint8Array(buffer, byteOffset, byteLength)),
        ),
      );
      await bleedSpilled(spilled);
      return { spilled, oddity: undefined };
    }
    const temp = await makeTemp('.v');
    const oddity = await decodeWith(path, async (failOn) => {
      await withNativeInput(path, async (input) => {
        const decoded = await imageOf(input, file.layout, layout, failOn);
        const image = file.gif ? decoded.ensureAlpha() : decoded;
        await image.toFile(temp.path).catch((error: unknown) => {
          throw diskFailure(output, error);
        });
      });
    });
    await adoptVipsFile(temp, layout, path);
    const stored = { ...layout, file: temp };
    const spilled = orientation > 1 ? await turned(stored, orientation, makeTemp) : stored;
    if (format === 'heif' && bitsPerSample < 16) {
      await changeBlocks(spilled, (samples) => stretch(samples, bitsPerSample));
    }
    if (file.gif) await clearSpilled(file.gif, spilled);
    await bleedSpilled(spilled);
    return { spilled, oddity };
  } catch (error) {
    throw diskFailure(output, error);
  }
}

/** Blocks come in order, and end within a frame. */
async function clearSpilled(gif: Gif, spilled: SpilledPixels): Promise<void> {
  const pages = coverage(gif);
  let covered: Uint8Array | undefined;
  let at = 0;
  await changeBlocks(spilled, (samples) => {
    for (let i = 0; i < samples.length; i += 4) {
      if (covered === undefined || at === covered.length) {
        covered = (pages.next().value as Uint8Array | undefined) ?? covered;
        at = 0;
      }
      if (covered?.[at] === 0) samples.fill(0, i, i + 4);
      at += 1;
    }
  });
}

async function imageOf(
  input: string | Buffer,
  { channels, bits, native }: Inspection['layout'],
  { widthPx, pageHeightPx, pages }: Layout,
  failOn: FailOn,
): Promise<Image> {
  const sharp = await loadSharp();
  const image = sharp(input, {
    pages,
    failOn,
    ignoreIcc: native,
    limitInputPixels: widthPx * pageHeightPx * pages,
  });
  return image.toColourspace(spaceOf(channels, bits));
}
