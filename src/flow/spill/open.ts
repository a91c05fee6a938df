import type { Sharp as Image } from 'sharp';
import { loadSharp } from '../../pixels/vips.js';
import type { TempFile } from '../../system/files/temp-files.js';

/** A sharp pipeline that begins with samples on disk, which it reads as it goes. */
export async function openSpilled(file: TempFile, page: number, pages: number): Promise<Image> {
  const sharp = await loadSharp();
  return sharp(file.path, { page, pages, limitInputPixels: false });
}
