import { createHash } from 'node:crypto';
import type { NetworkFile } from '../../contract/engine.js';
import { costOf } from '../graph/cost.js';
import type { Graph } from '../graph/graph.js';
import { damaged, known } from '../graph/order.js';
import { receptiveField } from '../graph/receptive-field.js';
import { shapesOf } from '../graph/shapes.js';

export type Range = 1 | 255;

export type NetworkFacts = Omit<
  NetworkFile,
  'key' | 'title' | 'bytes' | 'weights' | 'kernel' | 'trimPx' | 'narrows' | 'narrowed' | 'tiled' | 'means'
>;

/**
 * What a graph says about itself.
 * @throws SrganError E_MODEL where it is no network that enlarges RGB images of any size
 */
export function factsOf(title: string, graph: Graph, input: Range, output: Range): NetworkFacts {
  checkColours(title, graph);
  const { factor, radiusPx, alignPx } = receptiveField(title, graph);
  const blocks = Math.ceil(64 / alignPx);
  for (const side of [alignPx * blocks, alignPx * (blocks + 1)]) {
    const { height, width } = shapeOfOutput(title, graph, side);
    if (height !== side * factor || width !== side * factor) {
      throw damaged(title, `it makes ${width} × ${height} pixels of ${side} × ${side}`);
    }
  }
  const { macsPerPixel, liveFloatsPerPixel } = costOf(title, graph);
  return {
    factor,
    radiusPx,
    ...(alignPx > 1 && { alignPx }),
    inputRange: input,
    outputRange: output,
    macsPerPixel,
    liveFloatsPerPixel,
  };
}

export function networkFile(
  title: string,
  bytes: Uint8Array<SharedArrayBuffer>,
  facts: NetworkFacts,
  more: Pick<NetworkFile, 'weights' | 'narrowed' | 'tiled' | 'means'> = {},
): NetworkFile {
  const { weights, narrowed, tiled, means } = more;
  const stated = {
    ...(weights && { weights }),
    ...(narrowed && { narrowed }),
    ...(tiled && { tiled }),
    ...(means && { means }),
  };
  const hash = createHash('sha256').update(bytes);
  if (weights) hash.update(weights);
  const { inputRange, outputRange, radiusPx, feltPx, alignPx, windowPx } = facts;
  hash.update(JSON.stringify([inputRange, outputRange, radiusPx, feltPx, alignPx, windowPx]));
  return { key: hash.digest('hex').slice(0, 32), title, bytes, ...facts, ...stated };
}

function checkColours(title: string, graph: Graph): void {
  const input = graph.nodes.find(({ name }) => name === graph.input);
  const channels = input?.op === 'input' ? input.channels : 0;
  const output = shapeOfOutput(title, graph, 64).channels;
  if (channels !== 3 || output !== 3) {
    throw damaged(title, `it takes ${channels} and gives ${output} channels where 3 are needed`);
  }
}

function shapeOfOutput(title: string, graph: Graph, side: number) {
  return known(shapesOf(title, graph, { height: side, width: side }), graph.output);
}
