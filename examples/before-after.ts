/**
 * Draws examples/before-after.png, the picture in the README.
 * Run: npm run build && node dist/examples/before-after.js
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { pipe } from 'srgan';

const crop = { left: 152, top: 122, width: 104, height: 70 };
const zoom = 4;

const out = await mkdtemp(join(tmpdir(), 'srgan-before-after-'));
try {
  await pipe({ inputs: ['examples/images/balls.png'], out, scale: zoom });
  const before = await sharp('examples/images/balls.png')
    .extract(crop)
    .resize(crop.width * zoom, crop.height * zoom, { kernel: 'nearest' })
    .png()
    .toBuffer();
  const after = await sharp(join(out, 'balls.png'))
    .extract({
      left: crop.left * zoom,
      top: crop.top * zoom,
      width: crop.width * zoom,
      height: crop.height * zoom,
    })
    .png()
    .toBuffer();
  const gap = 8;
  await sharp({
    create: {
      width: crop.width * zoom * 2 + gap,
      height: crop.height * zoom,
      channels: 4,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    },
  })
    .composite([
      { input: before, left: 0, top: 0 },
      { input: after, left: crop.width * zoom + gap, top: 0 },
    ])
    .png({ compressionLevel: 9 })
    .toFile('examples/before-after.png');
} finally {
  await rm(out, { recursive: true, force: true });
}
