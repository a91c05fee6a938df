import path from 'node:path';
import type { NetworkFile } from '../../../contract/engine.js';
import { SrganError } from '../../../system/errors.js';
import type { NetworkFamily } from '../../../contract/ports.js';
import { checkKept, findKept } from './kept-families.js';

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

/**
 * A kept family by its name; undefined where there is none. What is read is compared with its sums before.
 * @param read a network by the path of its file; undefined where the engine takes none of the kind
 * @throws SrganError E_MODEL
 */
export async function openKept(
  name: string,
  read: (path: string) => Promise<Opened | undefined>,
): Promise<Opened | undefined> {
  const kept = await findKept(name);
  if (!kept) return undefined;
  const { record, directory } = kept;
  const factors = record.networks.map(({ factor }) => factor);
  return {
    family: {
      name: record.name,
      factors,
      defaultFactor: factors.find((factor) => factor > 1) ?? factors[0] ?? 1,
    },
    load: async (factor) => {
      const network = record.networks.find((each) => each.factor === factor);
      if (!network) throw new SrganError('E_MODEL', `${name}: there is no network for the factor ${factor}.`);
      await checkKept(kept, network);
      const opened = await read(path.join(directory, ...network.file.split('/')));
      if (!opened) throw new SrganError('E_MODEL', `${name}: the engine takes no ${network.format} network.`);
      return { ...(await opened.load(factor)), title: `${record.name} x${factor}` };
    },
  };
}
