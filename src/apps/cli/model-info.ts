import { defaultEngine, runsOn } from '../../network/engines/default-engine.js';
import {
  describeFile,
  describeKept,
  isNetworkFile,
  listNetworks,
  openNetworks,
} from '../../network/models/networks.js';
import { fileInfo, keptInfo, networkInfo, pickNetwork } from './network-tables.js';
import type { Added } from '../../network/models/add/add.js';
import type { KeepOutcome } from '../../network/models/add/keep.js';
import { visible } from '../../report/terminal-text.js';

/** What `srgan models info` tells of a family of networks or a file, for people and for programs. */
export interface ModelInfo {
  readonly text: string;
  readonly facts: object;
}

/** @throws SrganError E_MODEL */
export async function modelInfo(name: string): Promise<ModelInfo> {
  const { text, facts } = await described(name);
  const runs = await runsOnByDefault(name);
  return {
    text: runs === undefined ? text : `${text}\nRuns on ${runs}.\n`,
    facts: { ...facts, ...(runs !== undefined && { runsOn: runs }) },
  };
}

async function described(name: string): Promise<ModelInfo> {
  if (await isNetworkFile(name)) {
    const file = await describeFile(name);
    return { text: fileInfo(file), facts: file };
  }
  const kept = await describeKept(name);
  if (kept) {
    const { listing, files } = kept;
    return { text: keptInfo(listing, files), facts: { ...listing, files } };
  }
  const network = pickNetwork(await listNetworks({ folding: true }), name);
  return { text: networkInfo(network), facts: network };
}

/** Undefined of a network that is not installed, or that no engine of these runs. */
async function runsOnByDefault(name: string): Promise<string | undefined> {
  const engine = defaultEngine();
  const networks = openNetworks({ engine, device: 'cpu' });
  try {
    const { defaultFactor } = await networks.describe(name);
    return runsOn(engine, await networks.load(name, defaultFactor));
  } catch {
    // all else that is known of it has been found
    return undefined;
  }
}

/** What became of each network that was to be kept, with the sums by which it is known again. */
export function addedText({ kept, refused }: Added): string {
  return [...kept.map(outcomeText), ...refused.map(refusedText)].join('');
}

function outcomeText({ record, wasKept }: KeepOutcome): string {
  const { name, networks, licence, fetched, files } = record;
  const factors = networks.map(({ factor }) => `x${factor}`).join(' ');
  const terms = licence ? `${licence.licence} (${licence.by})` : 'licence unknown';
  const state = wasKept ? 'is kept already, the same in every byte' : 'kept';
  const sums = [...(fetched ? [[fetched.name, fetched.sha256]] : []), ...Object.entries(files)];
  return [
    `${visible(name)}: ${state}. ${factors}, ${networks[0]?.format ?? ''}, ${visible(terms)}\n`,
    ...sums.map(([file = '', sum = '']) => `  sha256 ${sum}  ${visible(file)}\n`),
  ].join('');
}

function refusedText({ name, error }: Added['refused'][number]): string {
  const hint = error.hint ? `  ${visible(error.hint)}\n` : '';
  return `${visible(name)}: not kept. ${visible(error.message)}\n${hint}`;
}
