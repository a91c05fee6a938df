import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { EngineName } from '../../../src/contract/engine.js';
import type { Pixels } from '../../../src/contract/job.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { openTilePool } from '../../../src/network/workers/pool.js';

/**
 * The workers alone: pixels in memory to pixels in memory, cut into tiles, with nothing read, encoded or
 * written inside the measured time.
 * Arguments: DIRECTORY MODEL FACTOR THREADS [TILE, or 0 for the usual one] [IMAGES-AT-ONCE] [ENGINE]
 */

const [directory, model, factor, threads, tile = '0', atOnce = '1', name = 'onnx'] = process.argv.slice(2);
const engine = { engine: name as EngineName, device: 'cpu' } as const;
const network = await openNetworks(engine).load(model!, Number(factor));
const buffers = createBuffers(2 ** 30);
const pool = openTilePool({ threads: Number(threads) }, engine, buffers);
const { signal } = new AbortController();
const tilePx = tile === '0' ? undefined : Number(tile);
const images = await Promise.all((await readdir(directory!)).map((name) => read(join(directory!, name))));

// meanwhile the workers start and load the network
await Promise.all(images.slice(0, Number(threads)).map(upscale));
const left = [...images];
const startMs = performance.now();
await Promise.all(
  Array.from({ length: Number(atOnce) }, async () => {
    for (let next = left.pop(); next; next = left.pop()) await upscale(next);
  }),
);
const seconds = (performance.now() - startMs) / 1000;
const inputMpx = images.reduce((sum, { widthPx, pageHeightPx }) => sum + (widthPx * pageHeightPx) / 1e6, 0);
await pool.close();
console.log(JSON.stringify({ seconds, inputMpx, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));

async function upscale(pixels: Pixels): Promise<void> {
  const result = await pool.upscale({ network, pixels, tta: false, tilePx, signal });
  buffers.give(result.data.buffer);
}

async function read(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { data: shared, widthPx: info.width, pageHeightPx: info.height, pages: 1, channels: 3 };
}
