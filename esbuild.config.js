// Compiles every TypeScript file to dist, one file each: ES modules from .ts, CommonJS from .cts; and the page of the
// service as one script and one style sheet for browsers.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core';
import { build } from 'esbuild';

const page = join('src', 'apps', 'serve', 'page');
const sources = ['src', 'commands', 'test', 'examples']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((name) => !name.startsWith(page));
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
  build({
    entryPoints: ['main.tsx', 'style.css'].map((name) => join(page, name)),
    outdir: join('dist', page),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome111', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
  }),
]);
mkdirSync(join('dist', page), { recursive: true });
for (const file of ['index.html', 'icon.svg']) cpSync(join(page, file), join('dist', page, file));

// what the commands are, so that starting one does not load them all
const plugin = new Plugin({
  root: import.meta.dirname,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
});
await plugin.load();
writeFileSync('oclif.manifest.json', JSON.stringify(plugin.manifest));
