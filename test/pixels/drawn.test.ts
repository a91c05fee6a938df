import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp, { type Sharp } from 'sharp';
import { readHeader } from '../../src/flow/stages/decode.js';
import { looksDrawn } from '../../src/pixels/drawn.js';
import { seeded } from '../helpers/random.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const LIMITS = { maxPixels: 1e8, maxFrames: 100, maxInputBytes: 1e9 };
const shapes = (width: number, height: number) =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90" width="${width}" height="${height}" preserveAspectRatio="none">
  <rect width="120" height="90" fill="#eee"/><circle cx="40" cy="45" r="30" fill="#c33"/>
  <path d="M60 10L110 80L70 80Z" fill="#36c" stroke="black"/></svg>`),
  );

async function drawn(t: ExecutionContext, name: string, image: Sharp): Promise<boolean> {
  const file = path.join(await temporaryDirectory(t), name);
  await image.toFile(file);
  return looksDrawn(file, await readHeader(file, LIMITS));
}

test('flat shapes with smooth edges are drawings, in each lossless format', async (t) => {
  t.true(await drawn(t, 'a.png', shapes(240, 180).png()));
  t.true(await drawn(t, 'p.png', shapes(240, 180).png({ palette: true })));
  t.true(await drawn(t, 'a.gif', shapes(240, 180).gif()));
  t.true(await drawn(t, 'a.webp', shapes(240, 180).webp({ lossless: true })));
});

test('part of a large drawing is enough', async (t) => {
  t.true(await drawn(t, 'a.png', shapes(3200, 2400).png()));
});

test('noise, a smooth gradient, a single colour and a cut-out on one colour are not drawings', async (t) => {
  const [width, height] = [120, 90];
  const random = seeded(7);
  const raw = { raw: { width, height, channels: 3 as const } };
  const fill = (value: (x: number, y: number) => number) =>
    sharp(
      Buffer.from(
        Array.from({ length: 3 * width * height }, (_, i) =>
          value(Math.floor(i / 3) % width, Math.floor(i / 3 / width)),
        ),
      ),
      raw,
    ).png();
  t.false(
    await drawn(
      t,
      'noise.png',
      fill(() => 255 * random()),
    ),
  );
  t.false(
    await drawn(
      t,
      'gradient.png',
      fill((x, y) => x + y),
    ),
  );
  t.false(
    await drawn(
      t,
      'plain.png',
      fill(() => 200),
    ),
  );
  t.false(
    await drawn(
      t,
      'cut-out.png',
      fill((x) => (x < 80 ? 255 : 100 + 30 * random())),
    ),
  );
});

test('gray and undecodable images are not drawings', async (t) => {
  t.false(await drawn(t, 'g.png', shapes(240, 180).flatten().toColourspace('b-w').png()));
  const file = path.join(await temporaryDirectory(t), 'a.png');
  await shapes(240, 180).png().toFile(file);
  const header = await readHeader(file, LIMITS);
  await writeFile(file, 'no image');
  t.false(await looksDrawn(file, header));
});
