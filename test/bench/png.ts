import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type PngOptions } from 'sharp';
import { bandsOf, deflateBand, rowBytesOf } from '../../src/pixels/codec/png/deflate-band.js';
import { imageName } from '../../src/flow/measured-runs/scene.js';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { pipe } from '../../src/index.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const SIDE_PX = 1024;
const ROUNDS = 5;

const SETTINGS = [0, 1, 2, 3, 4, 6, 9].flatMap((compressionLevel) =>
  [false, true].map((adaptiveFiltering): PngOptions => ({ compressionLevel, adaptiveFiltering })),
);

/** Speed of one thread, by its own time, against size: what we and sharp's PNG settings make of upscaled pixels. */
export async function png(): Promise<void> {
  const directory = await imageDirectory(1, SIDE_PX, SIDE_PX);
  const out = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  try {
    await pipe({ inputs: [directory], out });
    const { data, info } = await sharp(join(out, imageName(0)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    sharp.cache(false);
    sharp.concurrency(1);
    const viaSharp = (options: PngOptions) => ({
      name: `sharp, level ${options.compressionLevel}, ${options.adaptiveFiltering ? 'adaptive filters' : 'no filters'}`,
      encode: async () =>
        (await sharp(data, { raw: { width, height, channels } }).png(options).toBuffer()).length,
    });
    const shared = new Uint8Array(new SharedArrayBuffer(data.length));
    shared.set(data);
    const page = { data: shared, widthPx: width, pageHeightPx: height, pages: 1, channels };
    const ours = (name: string, fast: boolean) => ({
      name,
      encode: () => {
        const bands = bandsOf(height, rowBytesOf(page)).map((rows) => deflateBand(page, rows, fast));
        return Promise.resolve(bands.reduce((sum, { deflated }) => sum + deflated.length, 0));
      },
    });
    const arms = [ours('ours', false), ours('ours, --fast-png', true), ...SETTINGS.map(viaSharp)];
    const mpx = (width * height) / 1e6;
    const speeds = arms.map((): number[] => []);
    const sizes = arms.map(() => 0);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { encode }] of arms.entries()) {
        const before = process.cpuUsage();
        sizes[i] = await encode();
        const { user, system } = process.cpuUsage(before);
        speeds[i]!.push(mpx / ((user + system) / 1e6));
      }
    }
    heading(`png, ${width}×${height} RGB from esrgan-slim x2, one thread, median (min..max) of ${ROUNDS}`);
    table([
      ['settings', 'Mpx per s of CPU', 'MB', 'bits per pixel'],
      ...arms.map(({ name }, i) => [
        name,
        range(spread(speeds[i]!), 1),
        (sizes[i]! / 1e6).toFixed(2),
        ((8 * sizes[i]!) / (width * height)).toFixed(1),
      ]),
    ]);
  } finally {
    await rm(dirname(directory), { recursive: true, force: true });
    await rm(out, { recursive: true, force: true });
  }
}
