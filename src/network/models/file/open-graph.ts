import path from 'node:path';
import { costOf } from '../../graph/cost.js';
import { emitOnnx } from '../../graph/emit-onnx.js';
import type { Graph } from '../../graph/graph.js';
import { FLOAT32, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { known } from '../../graph/order.js';
import { shapesOf } from '../../graph/shapes.js';
import type { KnownColours } from '../identify/colours.js';
import { identify } from '../identify/identify.js';
import { findingsOf, notesOn } from '../identify/findings.js';
import { graphNetwork } from '../network-file.js';
import type { Signature } from '../identify/fitting.js';
import { openedFile, type OpenedFile } from './read-file.js';
import { KEYS_OF_GRAPHS, statedFacts } from '../identify/stated-facts.js';

export interface GraphToOpen {
  /** File that the graph was read from; facts may be stated beside it. */
  readonly file: string;
  /** The user's name for the network; default: the file name. */
  readonly name?: string;
  readonly graph: Graph;
  readonly known: KnownColours;
  /** See NetworkFile. */
  readonly feltPx?: number | undefined;
  /** Belongs to a family that is also known by name; it runs as it does by name. */
  readonly isKnown?: boolean;
}

/** Returns the colours of formats whose programs only run RGB networks. */
export function rgbByFormat(range: ValueRange): KnownColours {
  const values = { value: range, by: 'format' } as const;
  return { inputRange: values, outputRange: values, rgb: { value: true, by: 'format' } };
}

/**
 * Prepares a graph that was read from a file.
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openGraph(
  { file, name = path.parse(file).name, graph, known: colours, feltPx, isKnown = false }: GraphToOpen,
  fold: boolean,
): Promise<OpenedFile> {
  const stated = await statedFacts(file, KEYS_OF_GRAPHS);
  const subject = { title: file, bytes: emitOnnx(graph), graph, signature: signatureOf(file, graph), stated };
  const { macsPerPixel, liveFloatsPerPixel, parameters } = costOf(file, graph);
  const concluded = await identify(subject, colours, { macsPerPixel, liveFloatsPerPixel });
  const facts = feltPx === undefined ? concluded.facts : { feltPx, ...concluded.facts };
  const forms = isKnown ? 'folded' : 'all';
  const network = graphNetwork(file, concluded.graph ?? graph, concluded.bytes, facts, fold ? forms : 'none');
  const findings = findingsOf(subject, { ...concluded, facts });
  const { factor } = facts;
  const byFormat = colours.rgb?.by === 'format' || isKnown;
  const notes = notesOn(file, { factor, colours: concluded.colours, stated, byFormat });
  return { ...openedFile(name, network, notes), parameters, stated, findings };
}

function signatureOf(file: string, graph: Graph): Signature {
  const shapes = shapesOf(file, graph, { height: 64, width: 64 });
  const channelsOf = (node: string) => known(shapes, node).channels;
  const luma = channelsOf(graph.input) === 1 && channelsOf(graph.output) === 1;
  // other numbers of channels are rejected later
  const face = { layout: 'nchw', channels: luma ? 1 : 3, type: FLOAT32, batch: 1 } as const;
  return { input: { ...face, name: 'input' }, output: { ...face, name: 'output' }, size: undefined };
}
