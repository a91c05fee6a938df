import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathExists, readFile } from '../../../system/files/fs.js';
import { globalDirectories } from '../../../system/installed.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { PACKAGED, type PackagedFamily } from '../registry.js';

/**
 * Returns the directory of an installed npm package, whether or not its `exports` expose it. Looks where
 * srgan's modules are resolved, then from the working directory, then among global packages.
 */
export async function locatePackage(name: string): Promise<string | undefined> {
  for (const modules of new Set(moduleDirectories())) {
    const directory = path.join(modules, name);
    if (await pathExists(path.join(directory, 'package.json'))) return directory;
  }
  return undefined;
}

function moduleDirectories(): string[] {
  const beside = createRequire(import.meta.url).resolve.paths('srgan') ?? [];
  const working = createRequire(path.join(process.cwd(), 'srgan.js')).resolve.paths('srgan') ?? [];
  return [...beside, ...working, ...globalDirectories()];
}

/** Returns the family of a network that was named by path but is in a known package. */
export async function knownFamily(header: string): Promise<PackagedFamily | undefined> {
  const file = path.join(path.dirname(path.resolve(header)), '..', '..', 'package.json');
  try {
    const facts: unknown = JSON.parse(await readFile(file, 'utf8'));
    return PACKAGED.find((family) => isRecord(facts) && family.package === facts.name);
  } catch {
    // not in a package: a network like any other
    return undefined;
  }
}
