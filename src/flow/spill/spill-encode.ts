import { adapt, pagesKept } from '../../pixels/codec/adapt.js';
import { attach } from '../../pixels/codec/metadata/attach.js';
import { prefixWithPath } from '../../system/cancellation.js';
import { encodingOf, encodeOptions } from '../../pixels/codec/encoding.js';
import { fileFailure } from '../../pixels/codec/file-failures.js';
import { openFileSource, type Part } from '../../pixels/codec/byte-source.js';
import type { VipsFormat } from '../../pixels/codec/formats.js';
import { retainedMetadata } from '../../pixels/codec/metadata/carry.js';
import { transparencyOf, type Transparency } from '../../pixels/transparency.js';
import { systemCode } from '../../system/errors.js';
import { copyFile } from '../../system/files/fs.js';
import type { Carried, EncodedFile, Job, SpilledImage, SpilledPixels } from '../../contract/job.js';
import type { TempFile, MakeTemp } from '../../system/files/temp-files.js';
import type { Size } from '../../system/measures.js';
import type { Run } from '../run.js';
import { diskFailure, openSpilled } from './layout.js';
import { eachBlock } from './sample-file.js';
import { pngSpilled } from './spill-png.js';
import { putTogether } from './put-together.js';
import { resizedSpilled } from './spill-resize.js';

/**
 * Encodes an image on disk into a file beside its final name. PNG, JPEG and TIFF go by rows; the encoders of
 * WebP, AVIF and GIF hold the whole image, whatever is done here.
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function encodeSpilled(
  { job, spilled, carried }: SpilledImage,
  run: Run,
  makeTemp: MakeTemp,
  warnings: string[],
): Promise<EncodedFile> {
  const { format, targetWidthPx: widthPx, targetHeightPx: heightPx } = job;
  const { settings } = run;
  const size = { widthPx, heightPx };
  try {
    const exact = await run.codec(() => resizedSpilled(spilled, size, makeTemp));
    const { channels, bits } = exact;
    const pages = pagesKept(exact.pages, format, false);
    const transparency = await transparencyOnDisk({ ...exact, pages });
    const pixelBytes = widthPx * heightPx * exact.pages * channels * (bits / 8);
    const picture = { pages: exact.pages, spilled: true, bits, transparency, pixelBytes };
    const adapted = adapt(picture, retainedMetadata(carried, settings.strip, widthPx, heightPx), format);
    warnings.push(...adapted.warnings);
    const bare = await makeTemp();
    if (format === 'png') {
      await pngSpilled(run, exact, adapted.carried, bare).catch((error: unknown) => {
        throw prefixWithPath(job.source.path, error);
      });
      exact.file.remove();
      return { job, file: bare, widthPx, heightPx };
    }
    const options = encodeOptions(job, carried, settings, pixelBytes);
    await run.codec(async () => {
      const image = await openSpilled(exact.file, 0, pages);
      const encoding = await encodingOf(image, { channels, bits, pages }, adapted, format, options);
      await encoding.toFile(bare.path);
    });
    exact.file.remove();
    const parts = partsOf(bare, format, adapted.carried, { ...size, ...options });
    return { job, file: await putTogether(bare, parts, makeTemp), widthPx, heightPx };
  } catch (error) {
    throw diskFailure(job.tempBeside, error);
  }
}

type Shape = Size & { readonly lossless: boolean };

function partsOf(file: TempFile, format: VipsFormat, carried: Carried, shape: Shape): readonly Part[] {
  const source = openFileSource(file.path);
  try {
    return attach(source, format, carried, shape);
  } finally {
    source.close();
  }
}

async function transparencyOnDisk(spilled: SpilledPixels): Promise<Transparency> {
  const { channels } = spilled;
  let found: Transparency = 'opaque';
  if (channels % 2 === 1) return found;
  await eachBlock(spilled, (data) => {
    found = transparencyOf({ data, channels }, found);
    return found !== 'partial';
  });
  return found;
}

/**
 * The source's own bytes, not by way of the memory.
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_NOSPC, E_WRITE
 */
export async function copySpilled(job: Job, makeTemp: MakeTemp): Promise<EncodedFile> {
  const { widthPx, heightPx } = job.header;
  const file = await makeTemp();
  try {
    await copyFile(job.file, file.path);
  } catch (error) {
    const ofSource = ['ENOENT', 'EACCES', 'EISDIR'].includes(systemCode(error) ?? '');
    throw ofSource ? fileFailure(job.file, error) : diskFailure(job.tempBeside, error);
  }
  return { job, file, widthPx, heightPx };
}
