import { readOwn } from '../../network/models/load-own.js';
import { familyFor, ownFamilies } from '../../network/models/own-families.js';
import { readOwnName } from '../../contract/own-names.js';
import { readNetworkBytes } from '../../network/models/file/read-file.js';
import { readOnnxModel } from '../../network/graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../network/graph/read/onnx/read-onnx.js';
import type { Graph } from '../../network/graph/graph.js';
import { SrganError } from '../../system/errors.js';
import { weightsOf } from './network-graph.js';
import { toFactor } from './to-factor.js';
import { layersOf, type Shape } from './shape.js';
import type { Weights } from './trainer.js';
import { widen } from './widen.js';

/**
 * The weights of another network to begin from. The last layers of one for another factor are interpolated; a
 * narrower one is widened, with random values from `seed`, and makes what it made before.
 * @throws SrganError E_MODEL where it is missing, of another kind, or of another size than `shape`
 */
export async function beginFrom(from: string, shape: Shape, seed: number): Promise<Map<string, Weights>> {
  const graph = await graphNamed(from, shape.factor);
  const { shape: found, weights } = weightsOf(from, graph);
  if (found.channels > shape.channels || found.layers !== shape.layers) {
    throw new SrganError('E_MODEL', `${from}: is of another size than the network to train.`, {
      hint: `It has ${found.channels} channels and ${found.layers} layers. Choose --size m or l for a network of size m, else the size of the network itself.`,
    });
  }
  if (found.factor !== shape.factor) {
    for (const name of ['last', 'skip']) {
      const layer = weights.get(name);
      if (layer) weights.set(name, toFactor(layer, found.factor, shape.factor));
    }
  }
  if (found.channels < shape.channels) {
    const layers = layersOf(shape);
    layersOf({ ...shape, channels: found.channels }).forEach((narrow, i) => {
      const [weight, wide] = [weights.get(narrow.name), layers[i]];
      if (weight && wide) weights.set(narrow.name, widen(weight, narrow, wide, seed + i));
    });
  }
  return weights;
}

async function graphNamed(from: string, factor: number): Promise<Graph> {
  const own = readOwnName(from);
  if (own) {
    const family = familyFor(await ownFamilies(), own);
    return (await readOwn(family, family.files.has(factor) ? factor : (family.factors[0] ?? 2))).graph;
  }
  const graph = readOnnx(from, readOnnxModel(from, await readNetworkBytes(from)));
  if (!graph) throw new SrganError('E_MODEL', `${from}: the network has unknown operators.`);
  return graph;
}
