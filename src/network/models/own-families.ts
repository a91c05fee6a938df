import { hash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SrganError } from '../../system/errors.js';
import { readdir, pathExists } from '../../system/files/fs.js';
import { hashFile } from '../../system/files/hash-file.js';
import { KINDS, ownName, SIZES, type Kind, type OwnName, type OwnSize } from '../../contract/own-names.js';

/** The networks of one kind and size that are shipped with srgan. */
export interface OwnFamily {
  readonly name: string;
  readonly kind: Kind;
  readonly size: OwnSize;
  /** Ascending. */
  readonly factors: readonly number[];
  /** Path of the network for each factor. */
  readonly files: ReadonlyMap<number, string>;
}

const FILE = /^([a-z]+)-([sml])-x(\d)\.onnx$/;

let found: Promise<OwnFamily[]> | undefined;

/**
 * Returns the shipped families, ordered by kind, then size. To ship another network, add `KIND-SIZE-xN.onnx`
 * to the directory.
 * @throws SrganError E_MODEL if the directory cannot be read
 */
export function ownFamilies(): Promise<OwnFamily[]> {
  found ??= findFamilies();
  found.catch(() => (found = undefined));
  return found;
}

async function findFamilies(): Promise<OwnFamily[]> {
  const directory = await ownDirectory();
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${directory}: the networks that come with srgan cannot be read.`, {
      cause,
      hint: 'Install srgan again.',
    });
  });
  return familiesIn(directory, names);
}

/** @param names of the files in `directory`; others are ignored */
export function familiesIn(directory: string, names: readonly string[]): OwnFamily[] {
  const files = names.flatMap((name) => {
    const [, kind, size, factor] = FILE.exec(name) ?? [];
    return kind === undefined
      ? []
      : [{ kind, size, factor: Number(factor), file: path.join(directory, name) }];
  });
  return KINDS.flatMap((kind) =>
    SIZES.flatMap((size): OwnFamily[] => {
      const own = files
        .filter((file) => file.kind === kind && file.size === size)
        .sort((a, b) => a.factor - b.factor);
      if (own.length === 0) return [];
      const factors = own.map(({ factor }) => factor);
      const byFactor = new Map(own.map(({ factor, file }) => [factor, file]));
      return [{ name: ownName(kind, size), kind, size, factors, files: byFactor }];
    }),
  );
}

/** Substitutes for a missing size: smaller before larger, so that it never takes much longer. */
const SUBSTITUTES: Readonly<Record<OwnSize, readonly OwnSize[]>> = {
  s: ['s', 'm', 'l'],
  m: ['m', 's', 'l'],
  l: ['l', 'm', 's'],
};

/**
 * Returns the family for a name: itself, else the nearest size of its kind, else of `clean`, which `auto`
 * means until an image is known.
 * @param factor that the family must have, if given
 * @throws SrganError E_MODEL if there is none
 */
export function familyFor(
  families: readonly OwnFamily[],
  { kind, size }: OwnName,
  factor?: number,
): OwnFamily {
  const fits = families.filter(({ files }) => factor === undefined || files.has(factor));
  for (const wanted of kind === 'auto' ? ['clean'] : [kind, 'clean']) {
    for (const one of SUBSTITUTES[size]) {
      const family = fits.find((each) => each.kind === wanted && each.size === one);
      if (family) return family;
    }
  }
  const which = factor === undefined ? 'networks of its own are' : `network of its own for x${factor} is`;
  throw new SrganError('E_MODEL', `None of srgan's ${which} installed.`, { hint: 'Install srgan again.' });
}

/** Returns the hash of all our network files, in hex. */
export async function ownIdentity(families: readonly OwnFamily[]): Promise<string> {
  const files = families.flatMap((family) => [...family.files.values()]);
  const sums = await Promise.all(files.map(async (file) => [path.basename(file), await hashFile(file)]));
  return hash('sha256', JSON.stringify(sums)).slice(0, 32);
}

/**
 * Returns the directory of our networks, among the sources in the npm package. It is looked up from the
 * package's root, since this code may be bundled anywhere in it.
 */
async function ownDirectory(): Promise<string> {
  let root = path.dirname(fileURLToPath(import.meta.url));
  while (!(await pathExists(path.join(root, 'package.json'))) && path.dirname(root) !== root) {
    root = path.dirname(root);
  }
  return path.join(root, 'src', 'network', 'models', 'own');
}
