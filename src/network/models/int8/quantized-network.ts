import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Network, NetworkFile, TiledNetwork } from '../../../contract/engine.js';
import { measureExtremes } from '../../engines/onnx-extremes.js';
import { openEngine } from '../../engines/select.js';
import { emitMeasured, emitTogether } from '../../graph/emit/emit-onnx.js';
import type { Graph } from '../../graph/graph.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { marginsOf, openSides } from '../../graph/open-sides.js';
import { damaged } from '../../graph/order.js';
import { measuredNodes } from '../../graph/passes/quantize/extremes.js';
import { quantize } from '../../graph/passes/quantize/quantize.js';
import { readOnnx } from '../../graph/read/onnx/read-onnx.js';
import { tileWork } from '../../graph/tile-work.js';
import { psnrDb } from '../../../pixels/metrics/psnr.js';
import { ALL_OPEN } from '../../tiles/sides.js';
import { formFile } from '../../workers/form-file.js';
import { foldForTiles } from '../forms/tiled-network.js';
import { level, sampleImages } from './sample-images.js';

/** A network that can be run in int8, and what that was measured to cost and to gain. */
export interface QuantizedNetwork {
  readonly network: NetworkFile;
  /** Of 8-bit images against fp32. */
  readonly psnrDb: number;
  /** Time in fp32 for each second in int8, on this machine at this time. */
  readonly gain: number;
}

/** Side of what a sample image shows of the result, without what is looked at beyond it. */
const SAMPLE_PX = 64;

/** Seeds of the images that ranges are measured on, and of others to look at the result with. */
const MEASURED_SEED = 1;
const HELD_OUT_SEED = 1001;

/**
 * Adds the form in 8-bit integers to a network, for tiles off the border of an image; at the border it stays as it
 * is. Needs no images but its own, so that it comes out the same in every run.
 * @param tiled of the network
 * @throws SrganError E_ENGINE, E_MODEL
 */
export async function quantizedNetwork(network: NetworkFile, tiled: TiledNetwork): Promise<QuantizedNetwork> {
  const { title, radiusPx, inputRange, outputRange } = network;
  const graph = openGraph(network);
  const sidePx = SAMPLE_PX + 2 * radiusPx;
  const names = measuredNodes(graph).map(({ name }) => name);
  const images = sampleImages(sidePx, MEASURED_SEED).map((planes) =>
    planes.map((value) => (value * inputRange) / 255),
  );
  const extremes = await measureExtremes(title, emitMeasured(graph, names), names, images, sidePx);
  const inIntegers = quantize(title, graph, extremes, { input: inputRange, output: outputRange });
  const [parts = []] = emitTogether([inIntegers]);
  const key = createHash('sha256').update(network.key);
  for (const part of parts) key.update(part);
  const int8 = { parts, work: tileWork(title, inIntegers, radiusPx, ALL_OPEN) };
  const quantized = { ...network, key: key.digest('hex').slice(0, 32), tiled: { ...tiled, int8 } };
  return { network: quantized, ...(await compared(quantized, sidePx)) };
}

/** The graph for tiles with all sides open, read once more from the network's bytes: only int8 needs it. */
function openGraph({ title, bytes, radiusPx }: NetworkFile): Graph {
  const graph = readOnnx(title, readOnnxModel(title, bytes));
  const folded = graph && foldForTiles(title, graph, radiusPx);
  const margins = folded && marginsOf(folded.graph);
  if (!margins) throw damaged(title, 'it does not fold a second time');
  return openSides(title, folded, margins, radiusPx, ALL_OPEN);
}

/** The two forms on images that no range was measured on. */
async function compared(
  network: NetworkFile,
  sidePx: number,
): Promise<Pick<QuantizedNetwork, 'psnrDb' | 'gain'>> {
  const engine = await openEngine({ engine: 'onnx', device: 'cpu' });
  const fp32 = await engine.load(formFile(network, 'tiled', ALL_OPEN));
  const int8 = await engine.load(formFile(network, 'int8', ALL_OPEN));
  const [warmUp, ...images] = sampleImages(sidePx, HELD_OUT_SEED);
  const total = { fp32Ms: 0, int8Ms: 0, squares: 0, samples: 0 };
  for (const [i, planes] of [warmUp, warmUp, ...images].entries()) {
    if (!planes) continue;
    const [one, other] = [await timed(fp32, planes, sidePx), await timed(int8, planes, sidePx)];
    if (i === 0) continue;
    total.fp32Ms += one.ms;
    total.int8Ms += other.ms;
    total.samples += one.values.length;
    one.values.forEach(
      (value, at) => (total.squares += (level(value) - level(other.values[at] as number)) ** 2),
    );
  }
  await fp32.dispose();
  await int8.dispose();
  return { psnrDb: psnrDb(total.squares / total.samples), gain: total.fp32Ms / total.int8Ms };
}

async function timed(network: Network, planes: Float32Array, sidePx: number) {
  // the network may change what it is given
  const given = planes.slice();
  const startMs = performance.now();
  const values = await network.run(given, sidePx, sidePx);
  return { values, ms: performance.now() - startMs };
}
