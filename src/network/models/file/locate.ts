import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { isThere } from '../../../system/files/is-there.js';

/**
 * Directory of an installed npm package, whether or not its `exports` show it: where srgan's own modules are
 * looked for, then where those of the working directory are, then among the global ones.
 */
export async function locatePackage(name: string): Promise<string | undefined> {
  for (const modules of new Set(moduleDirectories())) {
    const directory = path.join(modules, name);
    if (await isThere(path.join(directory, 'package.json'))) return directory;
  }
  return undefined;
}

function moduleDirectories(): string[] {
  const beside = createRequire(import.meta.url).resolve.paths('srgan') ?? [];
  const working = createRequire(path.join(process.cwd(), 'srgan.js')).resolve.paths('srgan') ?? [];
  return [...beside, ...working, ...globalDirectories()];
}

/** Where npm puts global packages, by its rules for the prefix. */
function globalDirectories(): string[] {
  const node = path.dirname(process.execPath);
  const { npm_config_prefix: stated, APPDATA: appData } = process.env;
  if (process.platform === 'win32') {
    const prefixes = [stated, appData && path.join(appData, 'npm'), node];
    return prefixes.flatMap((prefix) => (prefix ? [path.join(prefix, 'node_modules')] : []));
  }
  return [stated, path.dirname(node)].flatMap((prefix) =>
    prefix ? [path.join(prefix, 'lib', 'node_modules')] : [],
  );
}
