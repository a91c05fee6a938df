import { fileURLToPath } from 'node:url';
import type { EngineSettings, NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { NetworkFamily, Networks } from '../../contract/ports.js';
import type { FileDescription, KeptDescription } from './describe-file.js';
import { fileKind, TENSORFLOW_JS } from './file/files.js';
import { kernelFile, openKernels, keepsSize } from './kernel-networks.js';
import type { ListOptions, NetworkListing } from './list-networks.js';
import { sharePromise } from '../../system/memoize.js';
import { isKnownName } from './kept/known-name.js';
import { familyFor, ownFamilies, ownIdentity, type OwnFamily } from './own-families.js';
import { OWN_FACTOR, readOwnName, type OwnName } from '../../contract/own-names.js';
import { isPackaged, PACKAGED, type PackagedFamily } from './registry.js';

export type { FileDescription } from './describe-file.js';
export type { NetworkDescription, NetworkListing } from './list-networks.js';

/**
 * Lists the families that srgan knows by name, installed or not.
 * @throws SrganError E_MODEL if an installed one is damaged
 */
export async function listNetworks(options?: ListOptions): Promise<NetworkListing[]> {
  const list = await import('./list-networks.js');
  return list.listNetworks(options);
}

/** Returns the names that --model accepts: built-in ones first, then kept ones. */
export async function networkNames(): Promise<string[]> {
  const { keptNames } = await import('./kept/kept-families.js');
  const own = await ownFamilies();
  return [
    ...new Set([...own.map(({ name }) => name), ...PACKAGED.map(({ name }) => name), ...(await keptNames())]),
  ];
}

export interface NetworkSettings extends EngineSettings {
  /** Fold networks, for less work and the same result. Default true. */
  readonly fold?: boolean;
}

/**
 * Whether a name is the path of a network, by its extension (so that it need not exist) or by the contents of
 * a directory.
 */
export async function isNetworkFile(name: string): Promise<boolean> {
  return !(await isKnownName(name)) && (await fileKind(pathOf(name))) !== undefined;
}

/**
 * Describes a user's own network.
 * @throws SrganError E_MODEL
 */
export async function describeFile(file: string): Promise<FileDescription> {
  const describe = await import('./describe-file.js');
  return describe.describeFile(pathOf(file));
}

/**
 * Describes a kept family that is not built in, after verifying its checksums; undefined if none has the
 * name.
 * @throws SrganError E_MODEL
 */
export async function describeKept(name: string): Promise<KeptDescription | undefined> {
  if (isPackaged(name)) return undefined;
  const describe = await import('./describe-file.js');
  return describe.describeKept(name);
}

/**
 * Opens the networks that an engine can run; they are read on demand.
 * @param tell receives each note about uncertain facts, once
 */
export function openNetworks(settings: NetworkSettings, tell?: (sentence: string) => void): Networks {
  switch (settings.engine) {
    case 'resize':
      return openKernels();
    case 'native':
      return openFiles(withNotes(forNative(settings.fold ?? true), tell));
    case 'onnx':
    case 'reference':
      return openFiles(withNotes(forOnnx(settings.fold ?? true), tell));
    case 'tfjs':
      return openFiles(withNotes(forTfjs(settings), tell));
  }
}

/**
 * Returns what must be equal on every machine for equal results: the key of a network or, for names that
 * srgan resolves by image, that of all its own networks.
 * @throws SrganError E_MODEL
 */
export async function networkIdentity(networks: Networks, name: string): Promise<string> {
  const { defaultFactor } = await networks.describe(name);
  const { key } = await networks.load(name, defaultFactor);
  return readOwnName(name) ? ownIdentity(await ownFamilies()) : key;
}

function withNotes(readers: Readers, tell: ((sentence: string) => void) | undefined): Readers {
  if (!tell) return readers;
  const told = new Set<string>();
  return {
    ...readers,
    async file(path) {
      const opened = await readers.file(path);
      for (const note of opened?.family.notes ?? []) {
        if (!told.has(note)) tell(note);
        told.add(note);
      }
      return opened;
    },
  };
}

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

/** How the networks of an engine are read. */
interface Readers {
  own(family: OwnFamily, factor: number): Promise<NetworkFile>;
  packaged(family: PackagedFamily, factor: number): Promise<NetworkFile>;
  /** A user's network; undefined if the engine does not support its kind. */
  file(path: string): Promise<Opened | undefined>;
  /** The kinds that `file` supports, for messages. */
  readonly kinds: string;
}

const forOnnx = (fold: boolean): Readers => ({
  async own(family, factor) {
    const { loadOwn } = await import('./load-own.js');
    return loadOwn(family, factor, fold);
  },
  async packaged(family, factor) {
    const { loadPackaged } = await import('./packaged.js');
    return loadPackaged(family, factor, fold);
  },
  async file(path) {
    const kind = await fileKind(path);
    return kind?.open(kind.file, fold);
  },
  kinds: 'an .onnx, .param, .bin or .rsr file or of a model.json',
});

/** With a program for our own kernels if they can run the whole network; otherwise as for onnxruntime. */
const forNative = (fold: boolean): Readers => {
  const [plain, folded] = [forOnnx(false), forOnnx(fold)];
  const native = async (read: (readers: Readers) => Promise<NetworkFile>) => {
    const { withProgram } = await import('./native-network.js');
    const file = await read(plain);
    return withProgram(file, fold) ?? (fold ? read(folded) : file);
  };
  return {
    own: (family, factor) => native((readers) => readers.own(family, factor)),
    packaged: (family, factor) => native((readers) => readers.packaged(family, factor)),
    async file(path) {
      const opened = await plain.file(path);
      if (!opened) return undefined;
      const load = (factor: number) =>
        native(async (readers) => {
          const again = readers === plain ? opened : await readers.file(path);
          return (again ?? opened).load(factor);
        });
      return { ...opened, load };
    },
    kinds: plain.kinds,
  };
};

const forTfjs = ({ tfjs }: EngineSettings): Readers => ({
  own({ name }) {
    const sentence = `${name}: the tfjs engine does not run srgan's own networks.`;
    throw new SrganError('E_MODEL', sentence, { hint: '--engine onnx does.' });
  },
  async packaged(family, factor) {
    const { loadPackagedForTfjs } = await import('./tfjs-file.js');
    return loadPackagedForTfjs(family, factor);
  },
  async file(path) {
    const kind = await fileKind(path);
    if (!kind) return undefined;
    if (kind.format !== TENSORFLOW_JS) {
      const sentence = `${path}: the tfjs engine does not read ${kind.format}.`;
      throw new SrganError('E_MODEL', sentence, { hint: '--engine onnx does.' });
    }
    const { openTfjsFile } = await import('./tfjs-file.js');
    return openTfjsFile(kind.file, tfjs);
  },
  kinds: 'a model.json',
});

function openFiles(readers: Readers): Networks {
  const opened = new Map<string, Promise<Opened>>();
  const loaded = new Map<string, Promise<NetworkFile>>();

  const open = (name: string) => sharePromise(opened, name, () => openByName(name, readers));
  return {
    describe: async (name) => (await open(name)).family,
    load: (name, factor) =>
      sharePromise(loaded, `${name} x${factor}`, async () => {
        const { family, load } = await open(name);
        // our own families substitute missing factors
        if (family.factors.includes(factor) || readOwnName(name)) return load(factor);
        // a kernel upscales the result of a network that keeps the size
        if (keepsSize(family)) return kernelFile('lanczos3', factor);
        throw new SrganError('E_MODEL', `${name}: it has no network for the factor ${factor}.`, {
          hint: `Its factors are ${family.factors.join(', ')}.`,
        });
      }),
  };
}

async function openByName(name: string, readers: Readers): Promise<Opened> {
  const own = readOwnName(name);
  if (own) return openOwn(own, readers);
  const packaged = PACKAGED.find((family) => family.name === name);
  if (packaged) return openPackaged(packaged, readers);
  const { openKept } = await import('./kept/kept-families.js');
  const kept = await openKept(name, (path) => readers.file(path));
  if (kept) return kept;
  const file = await readers.file(pathOf(name));
  if (file) return file;
  const names = await networkNames();
  const { didYouMean } = await import('../../system/closest.js');
  throw new SrganError('E_MODEL', `${name}: no network has this name.`, {
    hint: `${didYouMean(name, names)}The names are ${names.join(', ')}, or the path of ${readers.kinds}.`,
  });
}

function pathOf(name: string): string {
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } catch (cause) {
    throw new SrganError('E_MODEL', `${name}: this is not the URL of a local file.`, { cause });
  }
}

/** Opens one of our own families; a missing one is replaced by another, whose name it then has. */
async function openOwn(wanted: OwnName, readers: Readers): Promise<Opened> {
  const families = await ownFamilies();
  const { name, factors } = familyFor(families, wanted);
  return {
    family: { name, factors, defaultFactor: OWN_FACTOR },
    load: (factor) => readers.own(familyFor(families, wanted, factor), factor),
  };
}

async function openPackaged(packaged: PackagedFamily, readers: Readers): Promise<Opened> {
  const { packageDirectory } = await import('./packaged.js');
  await packageDirectory(packaged);
  const { name, factors, defaultFactor } = packaged;
  return { family: { name, factors, defaultFactor }, load: (factor) => readers.packaged(packaged, factor) };
}
