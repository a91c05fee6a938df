/**
 * The workers alone: pixels in memory to pixels in memory, cut into tiles, with nothing read, encoded or
 * written inside the measured time.
 * Arguments: DIRECTORY MODEL FACTOR THREADS [TILE]
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Pixels } from '../../../src/job.js';
import { openNetworks } from '../../../src/models/networks.js';
import { createBuffers } from '../../../src/workers/buffers.js';
import { openTilePool } from '../../../src/workers/pool.js';

const [directory, model, factor, threads, tile] = process.argv.slice(2);
const engine = { engine: 'onnx', device: 'cpu' } as const;
const network = await openNetworks(engine).load(model!, Number(factor));
const buffers = createBuffers(2 ** 30);
const pool = openTilePool({ threads: Number(threads) }, engine, buffers);
const { signal } = new AbortController();

let seconds = 0;
let inputMpx = 0;
for (const [index, name] of (await readdir(directory!)).entries()) {
  const pixels = await read(join(directory!, name));
  const startMs = performance.now();
  const tilePx = tile === undefined ? undefined : Number(tile);
  const result = await pool.upscale({ network, pixels, tta: false, tilePx, signal });
  // during the first image the workers start and load the network
  if (index > 0) {
    seconds += (performance.now() - startMs) / 1000;
    inputMpx += (pixels.widthPx * pixels.pageHeightPx) / 1e6;
  }
  buffers.give(result.data.buffer);
}
await pool.close();
console.log(JSON.stringify({ seconds, inputMpx, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));

async function read(path: string): Promise<Pixels> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { data: shared, widthPx: info.width, pageHeightPx: info.height, pages: 1, channels: 3 };
}
