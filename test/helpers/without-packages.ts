import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';
import { temporaryDirectory } from './temporary-directory.js';

/** An environment in which packages are not found, as where they are not installed. */
export async function withoutPackages(
  t: ExecutionContext,
  ...names: readonly string[]
): Promise<Record<string, string>> {
  const directory = await temporaryDirectory(t);
  const hooks = join(directory, 'hooks.mjs');
  const loader = join(directory, 'loader.mjs');
  await writeFile(
    hooks,
    `const missing = new Set(${JSON.stringify(names)});
export function resolve(name, context, next) {
  if (!missing.has(name)) return next(name, context);
  const error = new Error("Cannot find package '" + name + "' imported from " + context.parentURL);
  throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}
`,
  );
  const url = JSON.stringify(pathToFileURL(hooks));
  await writeFile(loader, `import { register } from 'node:module';\nregister(${url});\n`);
  return { NODE_OPTIONS: `--import=${pathToFileURL(loader).href}` };
}
