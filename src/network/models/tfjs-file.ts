import path from 'node:path';
import type { NetworkFile, TfjsBackend } from '../../contract/engine.js';
import type { TfjsFile } from '../engines/tfjs.js';
import { asSrganError, type SrganError } from '../../system/errors.js';
import { readManifest, type WeightEntry, isGraphModel } from '../graph/read/keras/keras-model.js';
import { encoded, sharedBytes } from '../graph/protobuf.js';
import { identifyAsPublished } from './identify/identify.js';
import { readKerasFile, readShards } from './file/keras-file.js';
import { modelJsonName, readModelJson, openedFile } from './file/read-file.js';
import { factsOf, networkFile } from './network-file.js';
import { packagedHeader } from './packaged.js';
import type { PackagedFamily } from './registry.js';
import { KEYS_AS_PUBLISHED, statedFacts } from './identify/stated-facts.js';
import { openTfjsProbe } from './probe/probe.js';

/** @throws SrganError E_MODEL if the package is not installed or its files are damaged */
export async function loadPackagedForTfjs(family: PackagedFamily, factor: number): Promise<NetworkFile> {
  const title = `${family.name} x${factor}`;
  const header = await packagedHeader(family, factor);
  const facts = factsOf(title, await readKerasFile(header), family.range, family.range);
  const { bytes, weights } = await readFiles(header);
  return networkFile(title, bytes, facts, { weights });
}

/**
 * Opens a user's layers-model or graph-model. Facts that its layers do not tell are found by running it.
 * @throws SrganError E_MODEL, E_ENGINE
 */
export async function openTfjsFile(header: string, backend: TfjsBackend | undefined) {
  const stated = await statedFacts(header, KEYS_AS_PUBLISHED);
  const { entries, graphModel, ...file } = await readFiles(header);
  let unread: SrganError | undefined;
  const graph = graphModel
    ? undefined
    : await readKerasFile(header).catch((error: unknown) => {
        unread = asSrganError(error, 'E_MODEL', `${header}: the network cannot be read.`);
        return undefined;
      });
  const probe = await openTfjsProbe(file, backend).catch((error: unknown) => {
    // an unknown layer or damage: the reader of layers has the better message
    throw unread ?? error;
  });
  try {
    const facts = await identifyAsPublished(header, graph, probe, stated, estimatedCost(entries));
    const network = networkFile(header, file.bytes, facts, { weights: file.weights });
    return openedFile(modelJsonName(header), network);
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

/** Estimates the cost as if each weight were used once per input pixel. */
function estimatedCost(entries: readonly WeightEntry[]) {
  const weights = entries.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const channels = entries.map(({ shape }) => (shape.length === 4 ? (shape[3] ?? 0) : 0));
  return { macsPerPixel: weights, liveFloatsPerPixel: 4 * Math.max(64, ...channels) };
}
