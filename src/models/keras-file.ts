import path from 'node:path';
import { asSrganError, SrganError } from '../errors.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import { readKeras } from '../graph/read-keras.js';
import { isGraphModel } from '../graph/tfjs-format.js';
import { graphNetwork } from './graph-network.js';
import { rangeOfPackage } from './known-package.js';
import { modelJsonName, readModelJson } from './model-json.js';
import { factsOf } from './network-file.js';
import { openedAs } from './opened-file.js';
import { statedOutputRange } from './output-range.js';
import { openProbe } from './probe.js';
import { shardsIn } from './shards.js';

/**
 * The Keras network that a model.json and the weight files beside it hold.
 * @throws SrganError E_MODEL
 */
export async function readKerasFile(header: string): Promise<Graph> {
  const { text, json } = await readModelJson(header);
  if (isGraphModel(json)) {
    throw new SrganError('E_MODEL', `${header}: this is a graph-model, not a layers-model.`, {
      hint: '--engine tfjs runs it.',
    });
  }
  try {
    return await readKeras(header, text, shardsIn(path.dirname(header)));
  } catch (error) {
    throw asSrganError(error, 'E_MODEL', `${header}: the network cannot be read.`);
  }
}

/**
 * A user's own layers-model, as ONNX. Which values it takes and gives is found by running it, unless its
 * package is known.
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openKerasFile(header: string, fold: boolean) {
  const graph = await readKerasFile(header);
  const bytes = emitOnnx(graph);
  const { input, output } = await rangesOf(header, graph, bytes);
  const facts = factsOf(header, graph, input, output);
  return openedAs(modelJsonName(header), graphNetwork(header, graph, bytes, facts, fold));
}

async function rangesOf(header: string, graph: Graph, bytes: Uint8Array) {
  const known = await rangeOfPackage(header);
  if (known) return { input: known, output: known };
  const probe = await openProbe(header, bytes);
  try {
    const { inputRange, outputRange } = await probe.ranges();
    return { input: inputRange, output: statedOutputRange(graph) ?? outputRange };
  } finally {
    await probe.close();
  }
}
