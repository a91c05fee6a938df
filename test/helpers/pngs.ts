import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { seeded } from './random.js';

/** Writes RGB images of smooth colour with some noise, each its own by the order of its name. */
export async function savePngs(
  directory: string,
  names: readonly string[],
  widthPx: number,
  heightPx: number,
): Promise<string[]> {
  const paths = names.map((name) => join(directory, name));
  for (const [index, path] of paths.entries()) {
    const next = seeded(index + 1);
    const samples = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
      const x = Math.floor(i / 3) % widthPx;
      const y = Math.floor(i / 3 / widthPx);
      return 100 + 60 * Math.sin((x + index * 5) / 9) + 50 * Math.cos(y / 7) + 30 * next();
    });
    await mkdir(dirname(path), { recursive: true });
    await sharp(samples, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .png()
      .toFile(path);
  }
  return paths;
}

export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${String(i).padStart(3, '0')}.png`);
