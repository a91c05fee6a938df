import type { EngineSettings, NetworkFile } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import type { NetworkFamily, Networks } from '../run.js';
import type { ListOptions, NetworkListing } from './list.js';
import { openKernels } from './kernel-networks.js';
import { PACKAGED, type PackagedFamily } from './registry.js';

export type { NetworkDescription, NetworkListing } from './list.js';

/**
 * The families of networks that srgan knows by name, installed or not.
 * @throws SrganError E_MODEL where an installed one is damaged
 */
export async function listNetworks(options?: ListOptions): Promise<NetworkListing[]> {
  const list = await import('./list.js');
  return list.listNetworks(options);
}

export interface NetworkSettings extends EngineSettings {
  /** Make the networks ready for tiles by doing less work for the same result. Default true. */
  readonly fold?: boolean;
}

/** The networks that an engine can run; nothing is read before it is asked for. */
export function openNetworks(settings: NetworkSettings): Networks {
  switch (settings.engine) {
    case 'resize':
      return openKernels();
    case 'onnx':
      return openFiles(settings.fold ?? true);
  }
}

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

function openFiles(fold: boolean): Networks {
  const opened = new Map<string, Promise<Opened>>();
  const loaded = new Map<string, Promise<NetworkFile>>();

  const open = (name: string) => once(opened, name, () => openByName(name, fold));
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

async function openByName(name: string, fold: boolean): Promise<Opened> {
  const packaged = PACKAGED.find((family) => family.name === name);
  if (packaged) return openPackaged(packaged, fold);
  if (name.toLowerCase().endsWith('.onnx')) {
    const { openOnnxFile } = await import('./onnx-file.js');
    return openOnnxFile(name, fold);
  }
  throw new SrganError('E_MODEL', `${name}: there is no network of this name.`, {
    hint: `The names are ${PACKAGED.map((family) => family.name).join(', ')}, or the path of an .onnx file.`,
  });
}

async function openPackaged(packaged: PackagedFamily, fold: boolean): Promise<Opened> {
  const { loadPackaged, packageDirectory } = await import('./packaged.js');
  await packageDirectory(packaged);
  const { name, factors, defaultFactor } = packaged;
  return { family: { name, factors, defaultFactor }, load: (factor) => loadPackaged(packaged, factor, fold) };
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
