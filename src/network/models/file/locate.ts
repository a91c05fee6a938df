import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathExists } from '../../../system/files/fs.js';
import { globalDirectories } from '../../../system/installed.js';

/**
 * Directory of an installed npm package, whether or not its `exports` show it: where srgan's own modules are
 * looked for, then where those of the working directory are, then among the global ones.
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
