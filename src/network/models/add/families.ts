import path from 'node:path';
import { hashFile } from '../../../system/files/hash-file.js';
import { keptNameOf } from '../kept/kept-names.js';
import { pathExists } from '../../../system/files/fs.js';
import { readManifest } from '../../graph/read/keras/keras-model.js';
import { withExternalData } from '../../graph/read/onnx/onnx-external.js';
import { damaged } from '../../graph/order.js';
import { statedFile } from '../identify/stated-facts.js';
import { readModelJson, readNetworkBytes } from '../file/read-file.js';

/** Networks that differ only in their factor. */
export interface FoundFamily {
  readonly name: string;
  /** Relative to the source, with slashes; files of a family are sorted by the factor in their names. */
  readonly files: readonly string[];
}

interface Named {
  readonly file: string;
  /** Parent directories and file name, without generic words. */
  readonly words: readonly string[];
  /** The factor in the name, as in `NAME-x2.param` or `x2/model.json`. */
  readonly factor: number | undefined;
}

/**
 * Groups networks whose names differ only in the factor, and names each family.
 * @param sourceName name for a network whose own name is not specific
 */
export async function familiesOf(
  directory: string,
  files: readonly string[],
  sourceName: string,
): Promise<FoundFamily[]> {
  const named = await distinct(
    directory,
    files.map((file) => namedBy(file)),
  );
  const groups = grouped(named, ({ words, factor }) => JSON.stringify([words, factor !== undefined]));
  const families = groups.flatMap((members) => {
    const factors = new Set(members.map(({ factor }) => factor));
    return factors.size === members.length && members.length > 1
      ? [{ words: wordsOf(members), files: members.sort(byFactor).map(({ file }) => file) }]
      : members.map((member) => ({ words: wholeWords(member), files: [member.file] }));
  });
  const depth = depthThatTellsApart(families.map(({ words }) => words));
  const taken = new Set<string>();
  return families.map(({ words, files: own }) => {
    const name = keptNameOf(words.slice(-depth).join('-') || sourceName);
    return { name: uniqueName(name, taken), files: own };
  });
}

function uniqueName(name: string, taken: Set<string>): string {
  let one = name;
  for (let i = 2; taken.has(one.toLowerCase()); i += 1) one = `${name}-${i}`;
  taken.add(one.toLowerCase());
  return one;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

const wordsOf = (members: readonly Named[]) => members[0]?.words ?? [];
const byFactor = (a: Named, b: Named) => (a.factor ?? 0) - (b.factor ?? 0);

/** For a single network, the factor is part of the name. */
function wholeWords({ words, factor, file }: Named): readonly string[] {
  return factor === undefined ? words : namedBy(file, false).words;
}

function namedBy(file: string, splitFactor = true): Named {
  const parts = file.split('/');
  const stem = path.posix.parse(parts.pop() ?? '').name;
  const segments = [...parts, stem].filter((segment) => !/^models?$/i.test(segment));
  const last = segments.at(-1) ?? '';
  const factor = splitFactor ? /^(.*?)(?:^|[-_.])x([2-8])$/i.exec(last) : null;
  const own = factor ? [...segments.slice(0, -1), factor[1] ?? ''] : segments;
  return {
    file,
    words: own.map((segment) => segment.replace(/^models-|[-_]model$/gi, '')).filter((word) => word !== ''),
    factor: factor ? Number(factor[2]) : undefined,
  };
}

/** Removes copies of a file in several directories. */
async function distinct(directory: string, named: readonly Named[]): Promise<Named[]> {
  const kept: Named[] = [];
  for (const alike of grouped(named, ({ file }) => path.posix.basename(file))) {
    const sums = new Set<string>();
    for (const one of alike) {
      const sum = alike.length > 1 ? await sumOf(path.join(directory, one.file)) : '';
      if (!sums.has(sum)) kept.push(one);
      sums.add(sum);
    }
  }
  return kept;
}

/** Includes the weights, since different networks may share a header. */
async function sumOf(file: string): Promise<string> {
  const parts = await partsOf(file).catch(() => []);
  const files = [file, ...parts.map((part) => path.resolve(path.dirname(file), part))];
  const sums = await Promise.all(files.map((each) => hashFile(each).catch(() => each)));
  return sums.join(' ');
}

/** Returns how many trailing words make all names different. */
function depthThatTellsApart(all: readonly (readonly string[])[]): number {
  const most = Math.max(1, ...all.map((words) => words.length));
  for (let depth = 1; depth < most; depth += 1) {
    const names = all.map((words) => keptNameOf(words.slice(-depth).join('-')).toLowerCase());
    if (new Set(names).size === names.length) return depth;
  }
  return most;
}

/**
 * Returns the names of the other files that a network is read from, relative to its directory, without its
 * .srgan.json.
 * @throws SrganError E_MODEL
 */
export async function partsOf(file: string): Promise<string[]> {
  const { name, ext } = path.parse(file);
  switch (ext.toLowerCase()) {
    case '.param':
      return [`${name}.bin`];
    case '.bin':
      return [`${name}.param`];
    case '.json': {
      const { json } = await readModelJson(file);
      return [...new Set(readManifest(file, json).flatMap(({ paths }) => paths))];
    }
    case '.onnx':
      return weightFiles(file);
    default:
      return [];
  }
}

/**
 * Returns the file that a network is kept by: an ncnn network may be named by either of its files, and is
 * kept by its .param.
 */
export const headerOf = (file: string): string => file.replace(/\.bin$/i, '.param');

/** Returns absolute paths of all files of a network, the named one first. */
export async function filesOf(file: string): Promise<string[]> {
  const home = path.dirname(path.resolve(file));
  const parts = (await partsOf(file)).map((part) => path.resolve(home, part));
  for (const part of parts) {
    if (!part.startsWith(home + path.sep)) throw damaged(file, `its file '${part}' is outside its directory`);
  }
  const statement = path.resolve(statedFile(file));
  return [path.resolve(file), ...parts, ...((await pathExists(statement)) ? [statement] : [])];
}

async function weightFiles(file: string): Promise<string[]> {
  const found = new Set<string>();
  try {
    await withExternalData(await readNetworkBytes(file), ({ location }) => {
      found.add(location);
      return Promise.resolve(new Uint8Array());
    });
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(file, 'it is not an ONNX file or is damaged', cause);
    throw cause;
  }
  return [...found];
}
