import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SrganError, systemCode, type ErrorCode } from './errors.js';

/**
 * Loads a module that depends on optional peer packages.
 * @param what the feature that needs them, as the beginning of a sentence
 * @throws SrganError `code` if one of the packages is not installed
 */
export async function withPackages<T>(
  what: string,
  packages: readonly string[],
  code: ErrorCode,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const missing = systemCode(cause) === 'ERR_MODULE_NOT_FOUND' || systemCode(cause) === 'MODULE_NOT_FOUND';
    const { message } = cause as Error;
    if (!missing || !packages.some((name) => message.includes(`'${name}'`))) throw cause;
    const verb = packages.length === 1 ? 'which is' : 'which are';
    throw new SrganError(code, `${what} needs ${packages.join(' and ')}, ${verb} not installed.`, {
      cause,
      hint: installCommand(packages),
    });
  }
}

/** Returns the npm command that installs packages where srgan finds them. */
export function installCommand(packages: readonly string[]): string {
  return ['npm install', ...(isGlobal() ? ['-g'] : []), ...packages].join(' ');
}

function isGlobal(): boolean {
  const own = fileURLToPath(import.meta.url);
  return globalDirectories().some((directory) => own.startsWith(path.join(directory, path.sep)));
}

/** Returns the directories where npm may put global packages, by its rules for the prefix. */
export function globalDirectories(): string[] {
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
