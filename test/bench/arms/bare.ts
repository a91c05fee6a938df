/**
 * Inference alone: the network's ONNX form in onnxruntime-node on pixels that are already in memory, with
 * nothing read, converted, cut, encoded or written inside the measured time.
 * Arguments: DIRECTORY MODEL FACTOR THREADS
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { openNetworks } from '../../../src/network/models/networks.js';

const [directory, model, factor, threads] = process.argv.slice(2);
const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
const network = await networks.load(model!, Number(factor));
const session = await InferenceSession.create(new Uint8Array(network.bytes), {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
});

let seconds = 0;
let inputMpx = 0;
for (const [index, name] of (await readdir(directory!)).entries()) {
  const { data, info } = await sharp(join(directory!, name)).raw().toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const planes = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) planes[c * pixels + i] = (data[i * 3 + c]! * network.inputRange) / 255;
  }
  const feed = { [session.inputNames[0]!]: new Tensor('float32', planes, [1, 3, info.height, info.width]) };
  const startMs = performance.now();
  const results = await session.run(feed);
  // the first run also builds kernels and grows the arena
  if (index > 0) {
    seconds += (performance.now() - startMs) / 1000;
    inputMpx += pixels / 1e6;
  }
  for (const tensor of Object.values(results)) tensor.dispose();
}
console.log(JSON.stringify({ seconds, inputMpx, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));
