import { hash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SrganError } from '../../system/errors.js';
import { readdir, pathExists } from '../../system/files/fs.js';
import { hashFile } from '../../system/files/hash-file.js';
import { KINDS, ownName, SIZES, type Kind, type OwnName, type OwnSize } from '../../contract/own-names.js';

/** The networks of one kind and size that come with srgan. */
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
 * The families that are there, ordered by kind, then size. Adding `KIND-SIZE-xN.onnx` to the directory is all it
 * takes to ship another network.
 * @throws SrganError E_MODEL where the directory cannot be read
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

/** @param names of the files in `directory`; what is no network of ours is passed over */
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

/** Sizes to take where one is missing: a smaller one before a larger one, so that it never takes much longer. */
const INSTEAD: Readonly<Record<OwnSize, readonly OwnSize[]>> = {
  s: ['s', 'm', 'l'],
  m: ['m', 's', 'l'],
  l: ['l', 'm', 's'],
};

/**
 * The family for a name: itself, else the nearest size of its kind, else of `clean`, which `auto` stands for as
 * long as no image is known.
 * @param factor that the family must have, where that matters
 * @throws SrganError E_MODEL where there is none at all
 */
export function familyFor(
  families: readonly OwnFamily[],
  { kind, size }: OwnName,
  factor?: number,
): OwnFamily {
  const fits = families.filter(({ files }) => factor === undefined || files.has(factor));
  for (const wanted of kind === 'auto' ? ['clean'] : [kind, 'clean']) {
    for (const one of INSTEAD[size]) {
      const family = fits.find((each) => each.kind === wanted && each.size === one);
      if (family) return family;
    }
  }
  const which = factor === undefined ? 'networks of its own are' : `network of its own for x${factor} is`;
  throw new SrganError('E_MODEL', `None of srgan's ${which} installed.`, { hint: 'Install srgan again.' });
}

/** Of the files of all networks of ours, in hex. */
export async function ownIdentity(families: readonly OwnFamily[]): Promise<string> {
  const files = families.flatMap((family) => [...family.files.values()]);
  const sums = await Promise.all(files.map(async (file) => [path.basename(file), await hashFile(file)]));
  return hash('sha256', JSON.stringify(sums)).slice(0, 32);
}

/**
 * Our networks lie among the sources, which the npm package holds for this: they are looked for below the directory
 * of the package, wherever in it this code was built or bundled to.
 */
async function ownDirectory(): Promise<string> {
  let root = path.dirname(fileURLToPath(import.meta.url));
  while (!(await pathExists(path.join(root, 'package.json'))) && path.dirname(root) !== root) {
    root = path.dirname(root);
  }
  return path.join(root, 'src', 'network', 'models', 'own');
}
