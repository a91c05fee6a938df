import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { readdir, rm } from '../../../system/files/fs.js';
import { isLeftOver } from '../../../system/files/left-over.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { untrackTempPath, trackTempPath, tempName } from '../../../system/files/temp-files.js';
import { checkKeptName, keptNameOf } from '../kept/kept-names.js';
import { keptDirectory } from '../kept/kept-place.js';
import { PACKAGED } from '../registry.js';
import { findNetworkFiles } from './candidates.js';
import { familiesOf, type FoundFamily } from './families.js';
import { keepFamily, type KeepOutcome } from './keep.js';
import { filesOf } from './members.js';
import { openSource } from './source.js';
import type { Source } from './network-source.js';
import { checkSumText, compareSums, sumsOf } from './sums.js';

export interface AddOptions {
  /** Of the one network. */
  readonly name?: string | undefined;
  /** Names of those to keep, where there are several. */
  readonly only?: readonly string[];
  /** Keep all that there are. */
  readonly all?: boolean;
  /** Replace a kept network of the same name. */
  readonly force?: boolean;
  /** In hex: each is to be that of the archive or of a file of the networks. */
  readonly sha256?: readonly string[];
  /** Of all that is fetched together. Default 1 GiB. */
  readonly maxDownloadBytes?: number | undefined;
  /** Silence of a server that ends a download. Default a minute. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
  readonly onNote?: (sentence: string) => void;
}

export interface Added {
  readonly kept: readonly KeepOutcome[];
  /** What cannot be run, or is another one of a name that is taken. */
  readonly refused: readonly { readonly name: string; readonly error: SrganError }[];
}

/**
 * Keeps networks in the user's data directory: of a file, a folder, an archive, an npm package, or a URL.
 * @throws SrganError E_USAGE, E_MODEL, E_EXISTS, E_NOSPC, E_WRITE, E_CANCELLED; nothing is kept then, unless there
 *   are several, of which those before are
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
    const families = chosen(what, await familiesIn(what, source), { name, only, all });
    const known = PACKAGED.find((family) => family.package === source.package)?.name;
    for (const family of families) checkKeptName(family.name, known);
    if (!source.compared) await compareFiles(sha256, source, families);
    const now = new Date().toISOString();
    const kept: KeepOutcome[] = [];
    const refused: { name: string; error: SrganError }[] = [];
    for (const family of families) {
      if (signal.aborted) throw new SrganError('E_CANCELLED', `${what}: adding it was interrupted.`);
      try {
        kept.push(await keepFamily(family, source, { work, force, now }));
      } catch (error) {
        if (!(error instanceof SrganError) || !['E_MODEL', 'E_EXISTS'].includes(error.code)) throw error;
        const shown = new SrganError(error.code, withoutWork(error.message, source, what), {
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

/** What was unpacked or fetched is named as a part of what the user named. */
function withoutWork(
  sentence: string,
  { directory, origin, fetched, compared }: Source,
  what: string,
): string {
  if (!fetched && !compared) return sentence;
  return sentence.replaceAll(directory + path.sep, `${fetched ? what : path.posix.dirname(origin)}/`);
}

/** The kept directory with a directory of our own in it, as renaming needs; what killed ones left is removed. */
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
    throw new SrganError('E_MODEL', `${what}: no network lies in it.`, {
      hint: 'What is looked for is .onnx, .param with .bin, .rsr, and model.json.',
    });
  }
  return familiesOf(source.directory, files, source.name);
}

/** @throws SrganError E_USAGE where it is not clear which */
function chosen(
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
  throw new SrganError('E_USAGE', `${what}: ${wanted.length} networks lie in it: ${names.join(', ')}.`, {
    hint:
      name === undefined
        ? '--all keeps them all, --only NAME one of them.'
        : '--only NAME says which one --name is for.',
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
