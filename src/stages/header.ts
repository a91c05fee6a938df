import { headerOf, inspect } from '../codec/inspect.js';
import { SrganError } from '../errors.js';
import type { ImageHeader } from '../job.js';

/**
 * Facts of an image from its header; no pixel is decoded. The content decides what it is, not its name.
 * @param limits.maxPixels of width × height × pages
 * @throws SrganError E_NOT_FOUND, E_NOT_A_FILE, E_ACCESS, E_READ, E_EMPTY, E_UNSUPPORTED, E_DECODE,
 *   E_TRUNCATED, E_TOO_LARGE
 */
export async function readHeader(path: string, limits: { maxPixels: number }): Promise<ImageHeader> {
  const header = headerOf(await inspect(path));
  const { widthPx, heightPx, pages } = header;
  if (widthPx * heightPx * pages > limits.maxPixels) {
    const size = `${widthPx}×${heightPx}${pages > 1 ? ` with ${pages} pages` : ''}`;
    throw new SrganError(
      'E_TOO_LARGE',
      `${path}: is ${size}, over the limit of ${limits.maxPixels} pixels.`,
      {
        hint: 'Raise the limit with --max-pixels: what does not fit into --max-memory goes by way of the disk.',
      },
    );
  }
  return header;
}
