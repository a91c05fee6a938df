// Compiles every TypeScript file to dist, one file each: ES modules from .ts, CommonJS from .cts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const sources = ['src', 'commands', 'test', 'examples'].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
);
const shared = { outbase: '.', outdir: 'dist', platform: 'node', target: 'node20', sourcemap: 'linked' };
await Promise.all([
  build({
    ...shared,
    entryPoints: sources.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')),
    format: 'esm',
  }),
  build({
    ...shared,
    entryPoints: sources.filter((name) => name.endsWith('.cts')),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  }),
]);
