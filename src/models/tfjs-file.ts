import path from 'node:path';
import type { NetworkFile, TfjsBackend } from '../engines/engine.js';
import type { TfjsFile } from '../engines/tfjs-model.js';
import { asSrganError, type SrganError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { readManifest } from '../graph/keras-model.js';
import type { WeightEntry } from '../graph/keras-weights.js';
import { encoded, sharedBytes } from '../graph/protobuf.js';
import { isGraphModel } from '../graph/tfjs-format.js';
import { readKerasFile } from './keras-file.js';
import { rangeOfPackage } from './known-package.js';
import { modelJsonName, readModelJson } from './model-json.js';
import { factsOf, networkFile, type NetworkFacts } from './network-file.js';
import { openedAs } from './opened-file.js';
import { statedOutputRange } from './output-range.js';
import { packagedHeader } from './packaged.js';
import type { Probe } from './probe.js';
import type { PackagedFamily } from './registry.js';
import { readShards } from './shards.js';
import { openTfjsProbe } from './tfjs-probe.js';

/** @throws SrganError E_MODEL when the package is not installed, or its files are damaged */
export async function loadPackagedForTfjs(family: PackagedFamily, factor: number): Promise<NetworkFile> {
  const title = `${family.name} x${factor}`;
  const header = await packagedHeader(family, factor);
  const facts = factsOf(title, await readKerasFile(header), family.range, family.range);
  const { bytes, weights } = await readFiles(header);
  return networkFile(title, bytes, facts, { weights });
}

/**
 * A user's own layers- or graph-model. What cannot be read from its layers is found by running it.
 * @throws SrganError E_MODEL, E_ENGINE
 */
export async function openTfjsFile(header: string, backend: TfjsBackend | undefined) {
  const { entries, graphModel, ...file } = await readFiles(header);
  let unread: SrganError | undefined;
  const graph = graphModel
    ? undefined
    : await readKerasFile(header).catch((error: unknown) => {
        unread = asSrganError(error, 'E_MODEL', `${header}: the network cannot be read.`);
        return undefined;
      });
  const probe = await openTfjsProbe(file, backend).catch((error: unknown) => {
    // a layer that neither of us knows, or damage: the reader of layers says more of it
    throw unread ?? error;
  });
  try {
    const facts = await factsByProbe(header, graph, probe, entries);
    const network = networkFile(header, file.bytes, facts, { weights: file.weights });
    return openedAs(modelJsonName(header), network);
  } finally {
    await probe.close();
  }
}

interface Contents {
  readonly entries: readonly WeightEntry[];
  readonly graphModel: boolean;
}

async function readFiles(header: string): Promise<TfjsFile & Contents> {
  const { text, json } = await readModelJson(header);
  const groups = readManifest(header, json);
  const paths = groups.flatMap((group) => group.paths);
  const weights = await readShards(path.dirname(header), paths).catch((error: unknown) => {
    throw asSrganError(error, 'E_MODEL', `${header}: its weight files cannot be read.`);
  });
  return {
    title: header,
    bytes: sharedBytes(encoded(Buffer.from(text))),
    weights: sharedBytes(encoded(weights)),
    entries: groups.flatMap((group) => group.weights),
    graphModel: isGraphModel(json),
  };
}

async function factsByProbe(
  header: string,
  graph: Graph | undefined,
  probe: Probe,
  entries: readonly WeightEntry[],
): Promise<NetworkFacts> {
  const known = await rangeOfPackage(header);
  if (graph && known) return factsOf(header, graph, known, known);
  const { inputRange, outputRange } = await probe.ranges();
  if (graph) return factsOf(header, graph, inputRange, statedOutputRange(graph) ?? outputRange);
  return {
    factor: await probe.factor(),
    inputRange,
    outputRange,
    radiusPx: await probe.radiusPx(inputRange),
    ...estimatedCost(entries),
  };
}

/** As if each weight were used once per input pixel. */
function estimatedCost(entries: readonly WeightEntry[]) {
  const weights = entries.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const channels = entries.map(({ shape }) => (shape.length === 4 ? (shape[3] ?? 0) : 0));
  return { macsPerPixel: weights, liveFloatsPerPixel: 4 * Math.max(64, ...channels) };
}
