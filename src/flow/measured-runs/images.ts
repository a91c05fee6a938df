import path from 'node:path';
import { loadSharp } from '../../pixels/vips.js';
import { mkdir } from '../../system/files/fs.js';
import { drawScene } from './scene.js';

export interface ImagesOptions {
  readonly count: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** The images of two seeds have nothing in common. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * Fills a directory with PNG files that look like photographs to a network and to a codec; the same files
 * for the same options.
 * @throws what writing a file throws, and the signal's reason
 */
export async function writeImages(directory: string, options: ImagesOptions): Promise<void> {
  const { count, widthPx, heightPx, seed, signal } = options;
  const sharp = await loadSharp();
  await mkdir(directory, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    signal?.throwIfAborted();
    const { data } = drawScene({ widthPx, heightPx, seed: Math.imul(seed + 1, 0x9e3779b1) + index });
    await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toFile(path.join(directory, imageName(index)));
  }
}

/** Names that sort in the order in which the images were made. */
export const imageName = (index: number): string => `${String(index).padStart(5, '0')}.png`;
