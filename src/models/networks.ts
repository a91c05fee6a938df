import type { EngineSettings, NetworkFile } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import type { NetworkFamily, Networks } from '../run.js';
import type { FileDescription } from './describe-file.js';
import type { NetworkListing } from './list.js';
import { openKernels } from './kernel-networks.js';
import { FILE_KINDS, fileOpener } from './files.js';
import { PACKAGED, type PackagedFamily } from './registry.js';

export type { FileDescription } from './describe-file.js';
export type { NetworkDescription, NetworkListing } from './list.js';

/**
 * The families of networks that srgan knows by name, installed or not.
 * @throws SrganError E_MODEL where an installed one is damaged
 */
export async function listNetworks(): Promise<NetworkListing[]> {
  const list = await import('./list.js');
  return list.listNetworks();
}

/** Whether a name is the path of a network, by its end; it need not exist. */
export function isNetworkFile(name: string): boolean {
  return fileOpener(name) !== undefined;
}

/**
 * What is known of a user's own network.
 * @throws SrganError E_MODEL
 */
export async function describeFile(file: string): Promise<FileDescription> {
  const describe = await import('./describe-file.js');
  return describe.describeFile(file);
}

/** The networks that an engine can run; nothing is read before it is asked for. */
export function openNetworks(settings: EngineSettings): Networks {
  switch (settings.engine) {
    case 'resize':
      return openKernels();
    case 'onnx':
      return openFiles();
  }
}

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

function openFiles(): Networks {
  const opened = new Map<string, Promise<Opened>>();
  const loaded = new Map<string, Promise<NetworkFile>>();

  const open = (name: string) => once(opened, name, () => openByName(name));
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

async function openByName(name: string): Promise<Opened> {
  const packaged = PACKAGED.find((family) => family.name === name);
  if (packaged) return openPackaged(packaged);
  const openFile = fileOpener(name);
  if (openFile) return openFile(name);
  throw new SrganError('E_MODEL', `${name}: there is no network of this name.`, {
    hint: `The names are ${PACKAGED.map((family) => family.name).join(', ')}, or the path of ${FILE_KINDS}.`,
  });
}

async function openPackaged(packaged: PackagedFamily): Promise<Opened> {
  const { loadPackaged, packageDirectory } = await import('./packaged.js');
  await packageDirectory(packaged);
  const { name, factors, defaultFactor } = packaged;
  return { family: { name, factors, defaultFactor }, load: (factor) => loadPackaged(packaged, factor) };
}

/** A failure is not kept, so that the next image meets it anew, with its own stack. */
function once<T>(results: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const existing = results.get(key);
  if (existing) return existing;
  const made = make();
  results.set(key, made);
  made.catch(() => results.delete(key));
  return made;
}
