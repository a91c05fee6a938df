import { headerOf, inspect } from '../../pixels/codec/inspect.js';
import { SrganError } from '../../system/errors.js';
import type { ImageHeader } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { sizeText } from '../plan/format-limits.js';

type Limits = Pick<Settings, 'maxPixels' | 'maxFrames' | 'maxInputBytes'>;

/**
 * Facts of an image from its header; no pixel is decoded. The content decides what it is, not its name.
 * @param limits.maxPixels of width × height × pages
 * @param limits.maxFrames of pages
 * @param limits.maxInputBytes of the file
 * @throws SrganError E_NOT_FOUND, E_NOT_A_FILE, E_ACCESS, E_READ, E_EMPTY, E_UNSUPPORTED, E_DECODE,
 *   E_TRUNCATED, E_TOO_LARGE
 */
export async function readHeader(path: string, limits: Limits): Promise<ImageHeader> {
  const header = headerOf(await inspect(path, limits.maxInputBytes));
  const { widthPx, heightPx, pages } = header;
  if (pages > limits.maxFrames) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${path}: has ${pages} frames or pages, over the limit of ${limits.maxFrames}.`,
      { hint: 'Raise it with --max-frames.' },
    );
  }
  if (widthPx * heightPx * pages > limits.maxPixels) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${path}: is ${sizeText(header)}, over the limit of ${limits.maxPixels} pixels.`,
      {
        hint: 'Raise the limit with --max-pixels: what does not fit into --max-memory goes by way of the disk.',
      },
    );
  }
  return header;
}
