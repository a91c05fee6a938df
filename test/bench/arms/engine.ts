import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { prepareEngine } from '../../../src/network/engines/select.js';
import type { Pixels } from '../../../src/contract/job.js';
import { openNetworks, type NetworkSettings } from '../../../src/network/models/networks.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { openTilePool } from '../../../src/network/workers/pool.js';

/**
 * One engine behind the workers: pixels in memory to pixels in memory. Loading is the time until a first tiny
 * image is done; it, and the first of the images, are left out of the rest.
 * Arguments: DIRECTORY NETWORK-SETTINGS-AS-JSON MODEL FACTOR THREADS
 */

const [directory, settings, model, factor, threads] = process.argv.slice(2);
const { signal } = new AbortController();
const images = await Promise.all(
  (await readdir(directory!)).map((name) => pixelsOf(sharp(join(directory!, name)))),
);
const tiny = await pixelsOf(
  sharp({ create: { width: 16, height: 16, channels: 3, background: '#468' } }).png(),
);

const startMs = performance.now();
const stated = JSON.parse(settings!) as NetworkSettings;
const prepared = await prepareEngine(stated, Number(threads));
const network = await openNetworks({ ...stated, ...prepared.settings }).load(model!, Number(factor));
const buffers = createBuffers(2 ** 30);
const pool = openTilePool(prepared.workers, prepared.settings, buffers);
await upscale(tiny);
const loadMs = performance.now() - startMs;

let seconds = 0;
let inputMpx = 0;
let cpuSeconds = 0;
for (const [index, pixels] of images.entries()) {
  const beganMs = performance.now();
  const used = process.cpuUsage();
  await upscale(pixels);
  if (index === 0) continue;
  seconds += (performance.now() - beganMs) / 1000;
  const { user, system } = process.cpuUsage(used);
  cpuSeconds += (user + system) / 1e6;
  inputMpx += (pixels.widthPx * pixels.pageHeightPx) / 1e6;
}
await pool.close();
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds, inputMpx, cpuSeconds, peakRssBytes, loadMs }));

async function upscale(pixels: Pixels): Promise<void> {
  const result = await pool.upscale({ network, pixels, tta: false, tilePx: undefined, signal });
  buffers.give(result.data.buffer);
}

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { data: shared, widthPx: info.width, pageHeightPx: info.height, pages: 1, channels: 3 };
}
