/**
 * Draws examples/networks.png, the picture of the networks in the README: two details at 4 times, by lanczos3
 * and by each network that is installed here, side by side.
 * Run: npm run build && node dist/examples/networks.js
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { pipe, type PipeOptions } from 'srgan';

const zoom = 4;
const side = 52;
const gap = 6;
const details = [
  { image: 'balls.png', left: 176, top: 130 },
  { image: 'engraving.png', left: 96, top: 60 },
];
const ways: readonly Partial<PipeOptions>[] = [
  { engine: 'resize', model: 'lanczos3' },
  { model: 'esrgan-slim' },
  { model: 'esrgan-medium' },
  { model: 'esrgan-thick' },
];

const out = await mkdtemp(join(tmpdir(), 'srgan-networks-'));
try {
  const tiles: OverlayOptions[] = [];
  for (const [column, options] of ways.entries()) {
    const directory = join(out, String(column));
    const inputs = details.map(({ image }) => `examples/images/${image}`);
    await pipe({ inputs, out: directory, suffix: '', scale: zoom, ...options });
    for (const [row, { image, left, top }] of details.entries()) {
      const crop = { left: left * zoom, top: top * zoom, width: side * zoom, height: side * zoom };
      tiles.push({
        input: await sharp(join(directory, image)).extract(crop).toColourspace('srgb').png().toBuffer(),
        left: column * (side * zoom + gap),
        top: row * (side * zoom + gap),
      });
    }
  }
  const extent = (count: number) => count * (side * zoom + gap) - gap;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  await sharp({
    create: { width: extent(ways.length), height: extent(details.length), channels: 4, background },
  })
    .composite(tiles)
    .png({ compressionLevel: 9 })
    .toFile('examples/networks.png');
} finally {
  await rm(out, { recursive: true, force: true });
}
