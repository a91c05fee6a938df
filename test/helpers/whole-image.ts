import type { Network, NetworkFile } from '../../src/contract/engine.js';
import { openEngine } from '../../src/network/engines/select.js';
import type { Pixels } from '../../src/contract/job.js';
import { blankPixels } from './pixels.js';

/** What the network makes of RGB or gray pixels of one page when it sees them whole; plainly written. */
export async function upscaleWhole(file: NetworkFile, pixels: Pixels): Promise<Pixels> {
  const engine = await openEngine({ engine: file.kernel ? 'resize' : 'onnx', device: 'cpu' });
  const network = await engine.load(file);
  try {
    return await through(network, file.factor, pixels);
  } finally {
    await network.dispose();
  }
}

async function through(network: Network, factor: number, pixels: Pixels): Promise<Pixels> {
  const { data, widthPx, pageHeightPx: heightPx, channels } = pixels;
  const level = data instanceof Uint16Array ? 257 : 1;
  const planes = new Float32Array(3 * widthPx * heightPx);
  for (let i = 0; i < widthPx * heightPx; i += 1) {
    for (let c = 0; c < 3; c += 1) {
      planes[c * widthPx * heightPx + i] = data[i * channels + (channels === 1 ? 0 : c)]! / level;
    }
  }
  const values = await network.run(planes, widthPx, heightPx);
  const bits = data instanceof Uint16Array ? 16 : 8;
  const result = blankPixels({ widthPx: widthPx * factor, heightPx: heightPx * factor, channels, bits });
  const area = result.widthPx * result.pageHeightPx;
  for (let i = 0; i < area; i += 1) {
    const colours = [values[i]!, values[area + i]!, values[2 * area + i]!];
    const mean = (colours[0]! + colours[1]! + colours[2]!) / 3;
    for (let c = 0; c < channels; c += 1) {
      const value = (channels === 1 ? mean : colours[c]!) * level;
      result.data[i * channels + c] = Math.min(255 * level, Math.max(0, Math.floor(value + 0.5)));
    }
  }
  return result;
}
