import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Graph } from '../graph/graph.js';
import { readOnnxModel } from '../graph/read/onnx/onnx-model.js';
import { readOnnx } from '../graph/read/onnx/read-onnx.js';
import { graphNetwork, factsOf } from './network-file.js';
import { readOnnxBytes } from './file/onnx-bytes.js';
import type { OwnFamily } from './own-families.js';

/** Value range of all our networks. */
const RANGE = 1;

/**
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL if the file is missing or damaged
 */
export async function loadOwn(family: OwnFamily, factor: number, fold: boolean): Promise<NetworkFile> {
  const title = `${family.name} x${factor}`;
  const { graph, bytes } = await readOwn(family, factor);
  return graphNetwork(title, graph, bytes, factsOf(title, graph, RANGE, RANGE), fold ? 'all' : 'none');
}

/** @throws SrganError E_MODEL if the file is missing or damaged */
export async function readOwn(
  { name, files }: OwnFamily,
  factor: number,
): Promise<{ graph: Graph; bytes: Uint8Array<SharedArrayBuffer> }> {
  const file = files.get(factor);
  if (file === undefined) throw new SrganError('E_MODEL', `${name}: it has no network for x${factor}.`);
  const bytes = await readOnnxBytes(file);
  const graph = readOnnx(file, readOnnxModel(file, bytes));
  if (!graph) throw new SrganError('E_MODEL', `${file}: the network has unknown operators.`);
  return { graph, bytes };
}
