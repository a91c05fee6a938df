/**
 * Draws examples/networks.png, the picture of the networks in the README: two details at 4 times, by lanczos3
 * and by each network that is installed here, side by side.
 * Run: npm run build && node dist/examples/networks.js
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { pipe, type PipeOptions } from 'srgan';

const zoom = 4;
const side = 52;
const gap = 6;
/** What the networks are given around a detail: more than any of them feels. */
const around = 32;
const details = [
  { image: 'balls.png', left: 176, top: 130 },
  { image: 'engraving.png', left: 96, top: 60 },
];
const ways: readonly Partial<PipeOptions>[] = [
  { engine: 'resize', model: 'lanczos3' },
  { model: 'clean-m' },
  { model: 'esrgan-slim' },
  { model: 'esrgan-medium' },
];

const out = await mkdtemp(join(tmpdir(), 'srgan-networks-'));
try {
  const cut = await Promise.all(details.map(cutOut));
  const tiles: OverlayOptions[] = [];
  for (const [column, options] of ways.entries()) {
    const directory = join(out, String(column));
    await pipe({ inputs: cut.map(({ file }) => file), out: directory, suffix: '', scale: zoom, ...options });
    for (const [row, { file, left, top }] of cut.entries()) {
      const crop = { left: left * zoom, top: top * zoom, width: side * zoom, height: side * zoom };
      tiles.push({
        input: await sharp(join(directory, basename(file)))
          .extract(crop)
          .toColourspace('srgb')
          .png()
          .toBuffer(),
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

/** A detail with what is around it, as far as its image goes, in a file of its own; and where it lies in that. */
async function cutOut({ image, left, top }: (typeof details)[number]) {
  const source = sharp(`examples/images/${image}`);
  const { width, height } = await source.metadata();
  const from = { left: Math.max(0, left - around), top: Math.max(0, top - around) };
  const to = { left: Math.min(width, left + side + around), top: Math.min(height, top + side + around) };
  const file = join(out, image);
  await source.extract({ ...from, width: to.left - from.left, height: to.top - from.top }).toFile(file);
  return { file, left: left - from.left, top: top - from.top };
}
