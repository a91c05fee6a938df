import { fileURLToPath } from 'node:url';
import type { EngineSettings, NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { NetworkFamily, Networks } from '../../contract/ports.js';
import type { FileDescription } from './describe-file.js';
import type { KeptDescription } from './describe-kept.js';
import { fileKind, KERAS } from './file/files.js';
import { kernelFile, openKernels } from './kernel-networks.js';
import type { ListOptions, NetworkListing } from './list-networks.js';
import { sharePromise } from '../../system/memoize.js';
import { isKnownName } from './kept/known-name.js';
import { familyFor, ownFamilies, ownIdentity, type OwnFamily } from './own-families.js';
import { OWN_FACTOR, readOwnName, type OwnName } from '../../contract/own-names.js';
import { keepsSize } from './forms/keeps-size.js';
import { isPackaged, PACKAGED, type PackagedFamily } from './registry.js';

export type { FileDescription } from './describe-file.js';
export type { NetworkDescription, NetworkListing } from './list-networks.js';

/**
 * The families of networks that srgan knows by name, installed or not.
 * @throws SrganError E_MODEL where an installed one is damaged
 */
export async function listNetworks(options?: ListOptions): Promise<NetworkListing[]> {
  const list = await import('./list-networks.js');
  return list.listNetworks(options);
}

/** Names that --model takes, built in first: of what is kept here, too. */
export async function networkNames(): Promise<string[]> {
  const { keptNames } = await import('./kept/kept-families.js');
  const own = await ownFamilies();
  return [
    ...new Set([...own.map(({ name }) => name), ...PACKAGED.map(({ name }) => name), ...(await keptNames())]),
  ];
}

export interface NetworkSettings extends EngineSettings {
  /** Make the networks ready for tiles by doing less work for the same result. Default true. */
  readonly fold?: boolean;
}

/**
 * Whether a name is the path of a network: by its end, so that it need not exist, or by what the directory of this
 * name holds.
 */
export async function isNetworkFile(name: string): Promise<boolean> {
  return !(await isKnownName(name)) && (await fileKind(pathOf(name))) !== undefined;
}

/**
 * What is known of a user's own network.
 * @throws SrganError E_MODEL
 */
export async function describeFile(file: string): Promise<FileDescription> {
  const describe = await import('./describe-file.js');
  return describe.describeFile(pathOf(file));
}

/**
 * What is known of a kept family that is not built in, each file compared with its sum; undefined where none has the
 * name.
 * @throws SrganError E_MODEL
 */
export async function describeKept(name: string): Promise<KeptDescription | undefined> {
  if (isPackaged(name)) return undefined;
  const describe = await import('./describe-kept.js');
  return describe.describeKept(name);
}

/**
 * The networks that an engine can run; nothing is read before it is asked for.
 * @param tell takes each sentence about what was guessed of a network, once
 */
export function openNetworks(settings: NetworkSettings, tell?: (sentence: string) => void): Networks {
  switch (settings.engine) {
    case 'resize':
      return openKernels();
    case 'native':
      return openFiles(telling(forNative(settings.fold ?? true), tell));
    case 'onnx':
    case 'reference':
      return openFiles(telling(forOnnx(settings.fold ?? true), tell));
    case 'tfjs':
      return openFiles(telling(forTfjs(settings), tell));
  }
}

/**
 * What must be the same on every machine for the same results: the key of a network, and for those that srgan
 * chooses among, of all of them.
 * @throws SrganError E_MODEL
 */
export async function networkIdentity(networks: Networks, name: string): Promise<string> {
  const { defaultFactor } = await networks.describe(name);
  const { key } = await networks.load(name, defaultFactor);
  return readOwnName(name) ? ownIdentity(await ownFamilies()) : key;
}

function telling(readers: Readers, tell: ((sentence: string) => void) | undefined): Readers {
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
  /** A user's own; undefined where it is of no kind that the engine takes. */
  file(path: string): Promise<Opened | undefined>;
  /** What `file` takes, for people. */
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

/** With a program for our own kernels where these can run the network whole; else as for onnxruntime. */
const forNative = (fold: boolean): Readers => {
  const [plain, folded] = [forOnnx(false), forOnnx(fold)];
  const native = async (read: (readers: Readers) => Promise<NetworkFile>) => {
    const { withProgram } = await import('./forms/native-network.js');
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
    if (kind.format !== KERAS) {
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
        // ours have what stands in for a factor that is missing
        if (family.factors.includes(factor) || readOwnName(name)) return load(factor);
        // what it keeps the size of is enlarged by a kernel
        if (keepsSize(family)) return kernelFile('lanczos3', factor);
        throw new SrganError('E_MODEL', `${name}: there is no network for the factor ${factor}.`, {
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
  const { openKept } = await import('./kept/open-kept.js');
  const kept = await openKept(name, (path) => readers.file(path));
  if (kept) return kept;
  const file = await readers.file(pathOf(name));
  if (file) return file;
  const names = await networkNames();
  const { didYouMean } = await import('../../system/expect.js');
  throw new SrganError('E_MODEL', `${name}: there is no network of this name.`, {
    hint: `${didYouMean(name, names)}The names are ${names.join(', ')}, or the path of ${readers.kinds}.`,
  });
}

function pathOf(name: string): string {
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } catch (cause) {
    throw new SrganError('E_MODEL', `${name}: this is no URL of a local file.`, { cause });
  }
}

/** What is not there yet is another family of ours, by whose name it is known from then on. */
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
