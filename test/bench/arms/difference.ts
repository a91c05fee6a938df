import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { openNetworks } from '../../../src/network/models/networks.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { openTilePool } from '../../../src/network/workers/pool.js';
import { blankPixels } from '../../helpers/pixels.js';
import { requestOf } from '../../helpers/tile-pool.js';
import { upscaleWhole } from '../../helpers/whole-image.js';

/**
 * How far the folded and tiled network is from the network on whole images, in levels of 8 bits.
 * Arguments: DIRECTORY MODEL FACTOR
 */

const [directory, model, factor] = process.argv.slice(2);
const settings = { engine: 'onnx', device: 'cpu' } as const;
const network = await openNetworks(settings).load(model!, Number(factor));
const pool = openTilePool({ threads: 2 }, settings, createBuffers(2 ** 28));
const startMs = performance.now();
let [values, different, largest, inputMpx] = [0, 0, 0, 0];
for (const name of (await readdir(directory!)).slice(0, 2)) {
  const { data, info } = await sharp(join(directory!, name)).raw().toBuffer({ resolveWithObject: true });
  const pixels = blankPixels({ widthPx: info.width, heightPx: info.height });
  pixels.data.set(data);
  const tiled = await pool.upscale(requestOf({ network, pixels }));
  const whole = await upscaleWhole(network, pixels);
  whole.data.forEach((value, at) => {
    const off = Math.abs(value - tiled.data[at]!);
    if (off > 0) different += 1;
    largest = Math.max(largest, off);
  });
  values += whole.data.length;
  inputMpx += (info.width * info.height) / 1e6;
}
await pool.close();
const seconds = (performance.now() - startMs) / 1000;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds, inputMpx, peakRssBytes, values, different, largest }));
