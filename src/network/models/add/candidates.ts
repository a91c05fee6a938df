import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import { opendir, readFile, stat } from '../../../system/files/fs.js';

const MAX_ENTRIES = 20_000;
const DEEPEST = 8;
/** No header of a network is larger. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/**
 * The networks that lie in a directory and those below it, by their names; links to directories are not followed.
 * @returns paths relative to the directory, with slashes, in order
 * @throws SrganError E_MODEL where there is far more than a folder of networks holds
 */
export async function findNetworkFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  let seen = 0;
  await walk('', 0);
  return found.sort();

  async function walk(below: string, depth: number): Promise<void> {
    const here = path.join(directory, below);
    for await (const entry of await opendir(here, { bufferSize: 256 })) {
      if (++seen > MAX_ENTRIES) {
        throw new SrganError('E_MODEL', `${directory}: this is no folder of networks, so much lies in it.`);
      }
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        const isOwn = entry.name !== 'node_modules' && !entry.name.startsWith('.');
        if (isOwn && depth < DEEPEST) await walk(name, depth + 1);
      } else if (await isNetwork(path.join(directory, name))) found.push(name);
    }
  }
}

async function isNetwork(file: string): Promise<boolean> {
  switch (path.extname(file).toLowerCase()) {
    case '.onnx':
    case '.param':
    case '.rsr':
      return true;
    case '.json': {
      const facts = await stat(file).catch(() => undefined);
      if (!facts?.isFile() || facts.size > MAX_JSON_BYTES) return false;
      return (await readFile(file, 'utf8')).includes('"weightsManifest"');
    }
    default:
      return false;
  }
}
