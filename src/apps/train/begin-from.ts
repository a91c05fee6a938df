import { readOwn } from '../../network/models/load-own.js';
import { familyFor, ownFamilies } from '../../network/models/own-families.js';
import { readOwnName } from '../../contract/own-names.js';
import { readNetworkBytes } from '../../network/models/file/read-file.js';
import { readOnnxModel } from '../../network/graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../network/graph/read/onnx/read-onnx.js';
import type { Graph } from '../../network/graph/graph.js';
import { SrganError } from '../../system/errors.js';
import { weightsOf } from './network-graph.js';
import { layersOf, type Shape, type Layer } from './shape.js';
import type { Weights } from './trainer.js';
import { seededRandom } from './random.js';

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

/**
 * A last layer of a network for another factor: each new subpixel is interpolated linearly among the old ones, so
 * that training begins with an enlarged version of what the other network makes.
 */
export function toFactor({ kernel, bias }: Weights, from: number, to: number): Weights {
  const before = 3 * from * from;
  const after = 3 * to * to;
  const spread = (values: Float32Array): Float32Array => {
    const rows = values.length / before;
    const result = new Float32Array(rows * after);
    for (let y = 0; y < to; y++) {
      for (let x = 0; x < to; x++) {
        for (const [oldY, weightY] of sourcesOf(y, from, to)) {
          for (const [oldX, weightX] of sourcesOf(x, from, to)) {
            for (let row = 0; row < rows; row++) {
              for (let c = 0; c < 3; c++) {
                const at = row * after + (y * to + x) * 3 + c;
                const value = values[row * before + (oldY * from + oldX) * 3 + c] ?? 0;
                result[at] = (result[at] ?? 0) + weightY * weightX * value;
              }
            }
          }
        }
      }
    }
    return result;
  };
  return { kernel: spread(kernel), bias: bias && spread(bias) };
}

/** The old subpixels that a new one lies between, with pixel centres in line; at the edge the nearest one. */
function sourcesOf(place: number, from: number, to: number): [index: number, weight: number][] {
  const at = Math.min(from - 1, Math.max(0, ((place + 0.5) * from) / to - 0.5));
  const low = Math.floor(at);
  const share = at - low;
  return share === 0
    ? [[low, 1]]
    : [
        [low, 1 - share],
        [low + 1, share],
      ];
}

/**
 * A layer of a wider network that begins as a narrower one: the old channels do not see the new ones yet, so the
 * output stays what it was; the new channels begin as in a new network (Chen et al., "Net2Net", ICLR 2016, has the
 * idea of a larger network that begins with the function of a smaller one).
 * @param weights of the narrower layer, kernel [side][side][from][to]
 * @param seed another one for each layer
 */
export function widen({ kernel, bias }: Weights, narrow: Layer, wide: Layer, seed: number): Weights {
  const random = seededRandom(seed, 5);
  const taps = wide.side * wide.side;
  const centre = (taps - 1) / 2;
  const deviation = wide.gain * Math.sqrt(2 / (taps * wide.from));
  const result = new Float32Array(taps * wide.from * wide.to);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < wide.from; i++) {
      for (let o = 0; o < wide.to; o++) {
        const at = (tap * wide.from + i) * wide.to + o;
        if (o >= narrow.to) {
          result[at] = deviation * random.normal() + (wide.straight && tap === centre && i === o ? 1 : 0);
        } else if (i < narrow.from) {
          result[at] = kernel[(tap * narrow.from + i) * narrow.to + o] ?? 0;
        }
      }
    }
  }
  const widened = new Float32Array(wide.to);
  if (bias) widened.set(bias);
  return { kernel: result, bias: bias && widened };
}
