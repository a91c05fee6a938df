import path from 'node:path';
import { asSrganError, SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import { readKeras } from '../../graph/read/keras/read-keras.js';
import { isGraphModel } from '../../graph/read/keras/tfjs-format.js';
import { kerasColours } from '../conclude/keras-colours.js';
import { knownFamily } from './known-package.js';
import { modelJsonName, readModelJson } from './model-json.js';
import { openGraph } from './open-graph.js';
import type { OpenedFile } from './opened-file.js';
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
export async function openKerasFile(header: string, fold: boolean): Promise<OpenedFile> {
  const graph = await readKerasFile(header);
  const family = await knownFamily(header);
  const known = kerasColours(graph, family);
  const name = modelJsonName(header);
  return openGraph(
    { file: header, name, graph, known, feltPx: family?.feltPx, isKnown: family !== undefined },
    fold,
  );
}
