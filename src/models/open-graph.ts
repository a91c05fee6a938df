import path from 'node:path';
import type { NetworkFile } from '../engines/engine.js';
import { costOf } from '../graph/cost.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import type { NetworkFamily } from '../run.js';
import { wholeImageMeans } from './whole-image-means.js';
import { factsOf, networkFile, type Range } from './network-file.js';

/** A network of one factor that a file holds. */
export interface OpenedFile {
  readonly family: NetworkFamily;
  readonly load: () => Promise<NetworkFile>;
  /** For people, such as `ncnn`. */
  readonly format: string;
  /** Numbers that were learned. */
  readonly parameters: number;
}

/**
 * Makes the graph that was read from `file` ready to be run.
 * @throws SrganError E_MODEL
 */
export function openGraph(
  file: string,
  graph: Graph,
  range: { input: Range; output: Range },
  format: string,
): OpenedFile {
  const plain = factsOf(file, graph, range.input, range.output);
  const { factor } = plain;
  const means = wholeImageMeans(file, graph, plain);
  const network = { ...networkFile(file, emitOnnx(graph), plain), ...(means && { means }) };
  return {
    family: { name: path.basename(file, path.extname(file)), factors: [factor], defaultFactor: factor },
    load: () => Promise.resolve(network),
    format,
    parameters: costOf(file, graph).parameters,
  };
}
