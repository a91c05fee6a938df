import { isRecord } from './keras-model.js';

/**
 * TensorFlow.js has two kinds of model.json: `layers-model`, which is Keras, and `graph-model`, which lists
 * TensorFlow's own operations. Old files do not state which they are.
 */
export function isGraphModel(json: unknown): boolean {
  if (!isRecord(json)) return false;
  if (typeof json.format === 'string') return json.format === 'graph-model';
  return isRecord(json.modelTopology) && 'node' in json.modelTopology;
}
