/**
 * A network for tiles off the border in fp32 and in int8, on the same tiles, in turn, on one thread: the time of each
 * round's pair, and how far int8 is from fp32. Arguments: MODEL FACTOR ROUNDS
 */
import { drawScene } from '../../../src/network/models/int8/scene.js';
import type { Network } from '../../../src/contract/engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { quantizedNetwork } from '../../../src/network/models/int8/quantized-network.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { openTileSide } from '../../../src/network/tiles/choose.js';
import { ALL_OPEN } from '../../../src/network/tiles/sides.js';
import { formFile } from '../../../src/network/workers/form-file.js';

const [model, factor, rounds] = process.argv.slice(2);
const settings = { engine: 'onnx', device: 'cpu' } as const;
const plain = await openNetworks(settings).load(model!, Number(factor));
const before = process.cpuUsage();
const { network, psnrDb } = await quantizedNetwork(plain, plain.tiled!);
const prepareMs = cpuSecondsSince(before) * 1000;
const engine = await openEngine(settings);
const fp32 = await engine.load(formFile(network, 'tiled', ALL_OPEN));
const int8 = await engine.load(formFile(network, 'int8', ALL_OPEN));
const sidePx = openTileSide(network.tiled!, network.radiusPx) + 2 * network.radiusPx;
const seconds = { fp32: [] as number[], int8: [] as number[] };
for (let round = 0; round <= Number(rounds); round += 1) {
  const { data } = drawScene({ widthPx: sidePx, heightPx: sidePx, seed: 500 + round });
  const planes = new Float32Array(data.length);
  data.forEach((value, at) => (planes[(at % 3) * sidePx ** 2 + Math.floor(at / 3)] = value));
  const times = [await cpuSeconds(fp32, planes), await cpuSeconds(int8, planes)] as const;
  // the first run also builds kernels and grows the arena
  if (round === 0) continue;
  seconds.fp32.push(times[0]);
  seconds.int8.push(times[1]);
}
const total = seconds.int8.reduce((sum, one) => sum + one, 0);
const inputMpx = (Number(rounds) * (sidePx - 2 * network.radiusPx) ** 2) / 1e6;
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({ seconds: total, inputMpx, peakRssBytes, times: seconds, psnrDb, prepareMs, sidePx }),
);

/** Of the processor, so that other work on the machine counts less. */
async function cpuSeconds(network: Network, planes: Float32Array): Promise<number> {
  const given = planes.slice();
  const before = process.cpuUsage();
  await network.run(given, sidePx, sidePx);
  return cpuSecondsSince(before);
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
