import path from 'node:path';
import { costOf } from '../../graph/cost.js';
import { emitOnnx } from '../../graph/emit/emit-onnx.js';
import type { Graph } from '../../graph/graph.js';
import { FLOAT32, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { known } from '../../graph/order.js';
import { shapesOf } from '../../graph/shapes.js';
import type { KnownColours } from '../conclude/colours.js';
import { conclude } from '../conclude/conclude.js';
import { findingsOf } from '../conclude/findings.js';
import { notesOn } from '../conclude/guess-notes.js';
import { graphNetwork } from '../forms/graph-network.js';
import type { Signature } from '../conclude/signature.js';
import { openedAs, type OpenedFile } from './opened-file.js';
import { KEYS_OF_GRAPHS, statedFacts } from '../conclude/stated-facts.js';

export interface GraphToOpen {
  /** That it was read from, beside which facts of it may be stated. */
  readonly file: string;
  /** What the user calls it; otherwise as the file is named. */
  readonly name?: string;
  readonly graph: Graph;
  readonly known: KnownColours;
  /** See NetworkFile. */
  readonly feltPx?: number | undefined;
  /** Of a family that is known by name, too: it is run as it is by its name. */
  readonly isKnown?: boolean;
}

/** RGB, as a format has it whose programs take no other networks. */
export function rgbByFormat(range: ValueRange): KnownColours {
  const values = { value: range, by: 'format' } as const;
  return { inputRange: values, outputRange: values, rgb: { value: true, by: 'format' } };
}

/**
 * Makes a graph that was read from a file ready to be run.
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openGraph(
  { file, name = path.parse(file).name, graph, known: colours, feltPx, isKnown = false }: GraphToOpen,
  fold: boolean,
): Promise<OpenedFile> {
  const stated = await statedFacts(file, KEYS_OF_GRAPHS);
  const subject = { title: file, bytes: emitOnnx(graph), graph, signature: signatureOf(file, graph), stated };
  const { macsPerPixel, liveFloatsPerPixel, parameters } = costOf(file, graph);
  const concluded = await conclude(subject, colours, { macsPerPixel, liveFloatsPerPixel });
  const facts = feltPx === undefined ? concluded.facts : { feltPx, ...concluded.facts };
  const forms = isKnown ? 'folded' : 'all';
  const network = graphNetwork(file, concluded.graph ?? graph, concluded.bytes, facts, fold ? forms : 'none');
  const findings = findingsOf(subject, { ...concluded, facts });
  const { factor } = facts;
  const byFormat = colours.rgb?.by === 'format' || isKnown;
  const notes = notesOn(file, { factor, colours: concluded.colours, stated, byFormat });
  return { ...openedAs(name, network, notes), parameters, stated, findings };
}

function signatureOf(file: string, graph: Graph): Signature {
  const shapes = shapesOf(file, graph, { height: 64, width: 64 });
  const channelsOf = (node: string) => known(shapes, node).channels;
  const luma = channelsOf(graph.input) === 1 && channelsOf(graph.output) === 1;
  // what has neither is refused by the number of its channels
  const face = { layout: 'nchw', channels: luma ? 1 : 3, type: FLOAT32, batch: 1 } as const;
  return { input: { ...face, name: 'input' }, output: { ...face, name: 'output' }, size: undefined };
}
