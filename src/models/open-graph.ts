import path from 'node:path';
import { costOf } from '../graph/cost.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import { graphNetwork } from './graph-network.js';
import { factsOf, type Range } from './network-file.js';
import { openedAs, type OpenedFile } from './opened-file.js';

/**
 * Makes the graph that was read from `file` ready to be run.
 * @param range of the values that the network takes and gives
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export function openGraph(file: string, graph: Graph, range: Range, fold: boolean): OpenedFile {
  const facts = factsOf(file, graph, range, range);
  const network = graphNetwork(file, graph, emitOnnx(graph), facts, fold);
  const { parameters } = costOf(file, graph);
  return { ...openedAs(path.parse(file).name, network), parameters };
}
