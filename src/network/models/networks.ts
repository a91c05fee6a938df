import { fileURLToPath } from 'node:url';
import type { EngineSettings, NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { NetworkFamily, Networks } from '../../contract/ports.js';
import type { FileDescription } from './describe-file.js';
import type { KeptDescription } from './describe-kept.js';
import { fileKind, KERAS } from './file/files.js';
import { openKernels } from './kernel-networks.js';
import type { ListOptions, NetworkListing } from './list-networks.js';
import { once } from '../../system/share-promise.js';
import { isKnownName } from './kept/known-name.js';
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
  return [...new Set([...PACKAGED.map(({ name }) => name), ...(await keptNames())])];
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

/** The networks that an engine can run; nothing is read before it is asked for. */
export function openNetworks(settings: NetworkSettings): Networks {
  switch (settings.engine) {
    case 'resize':
      return openKernels();
    case 'onnx':
    case 'reference':
      return openFiles(forOnnx(settings.fold ?? true));
    case 'tfjs':
      return openFiles(forTfjs(settings));
  }
}

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

/** How the networks of an engine are read. */
interface Readers {
  packaged(family: PackagedFamily, factor: number): Promise<NetworkFile>;
  /** A user's own; undefined where it is of no kind that the engine takes. */
  file(path: string): Promise<Opened | undefined>;
  /** What `file` takes, for people. */
  readonly kinds: string;
}

const forOnnx = (fold: boolean): Readers => ({
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

const forTfjs = ({ tfjs }: EngineSettings): Readers => ({
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

  const open = (name: string) => once(opened, name, () => openByName(name, readers));
  return {
    describe: async (name) => (await open(name)).family,
    load: (name, factor) =>
      once(loaded, `${name} x${factor}`, async () => {
        const { family, load } = await open(name);
        if (family.factors.includes(factor)) return load(factor);
        throw new SrganError('E_MODEL', `${name}: there is no network for the factor ${factor}.`, {
          hint: `Its factors are ${family.factors.join(', ')}.`,
        });
      }),
  };
}

async function openByName(name: string, readers: Readers): Promise<Opened> {
  const packaged = PACKAGED.find((family) => family.name === name);
  if (packaged) return openPackaged(packaged, readers);
  const { openKept } = await import('./kept/open-kept.js');
  const kept = await openKept(name, (path) => readers.file(path));
  if (kept) return kept;
  const file = await readers.file(pathOf(name));
  if (file) return file;
  const names = (await networkNames()).join(', ');
  throw new SrganError('E_MODEL', `${name}: there is no network of this name.`, {
    hint: `The names are ${names}, or the path of ${readers.kinds}.`,
  });
}

function pathOf(name: string): string {
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } catch (cause) {
    throw new SrganError('E_MODEL', `${name}: this is no URL of a local file.`, { cause });
  }
}

async function openPackaged(packaged: PackagedFamily, readers: Readers): Promise<Opened> {
  const { packageDirectory } = await import('./packaged.js');
  await packageDirectory(packaged);
  const { name, factors, defaultFactor } = packaged;
  return { family: { name, factors, defaultFactor }, load: (factor) => readers.packaged(packaged, factor) };
}
