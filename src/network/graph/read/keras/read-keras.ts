import type { Graph, Node } from '../../graph.js';
import { readLayer } from './keras-layers.js';
import { readManifest, readTopology } from './keras-model.js';
import { groupBytes, readWeights, type Weight } from './keras-weights.js';
import { damaged, graphOf } from '../../order.js';

/** Gives the content of the files that lie beside the model's JSON, in their order, as one. */
export type ReadShards = (paths: readonly string[], expectedBytes: number) => Promise<Uint8Array>;

/**
 * Reads a Keras model as TensorFlow.js stores it (`layers-model`: model.json and weight shards). Tensors of
 * Keras are height × width × channels; the graph's are channels × height × width.
 * @throws SrganError E_MODEL, with the layer's name where a layer is the reason
 */
export async function readKeras(title: string, json: string, readShards: ReadShards): Promise<Graph> {
  const model = parsed(title, json);
  const { layers, output } = readTopology(title, model);
  const weights = new Map<string, Weight>();
  for (const group of readManifest(title, model)) {
    const bytes = await readShards(group.paths, groupBytes(title, group));
    for (const [name, weight] of readWeights(title, group, bytes)) weights.set(weightKey(name), weight);
  }
  const nodes = layers.flatMap((layer): Node[] =>
    readLayer(title, layer, (role) => weights.get(`${layer.name}/${role}`)),
  );
  return graphOf(title, nodes, output);
}

function parsed(title: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw damaged(title, 'its header is not JSON', cause);
  }
}

/** `model/conv/kernel:0` and `conv/kernel` are the same weight. */
function weightKey(name: string): string {
  return name.replace(/:\d+$/, '').split('/').slice(-2).join('/');
}
