// Compiles every TypeScript file to dist, one file each: ES modules from .ts, CommonJS from .cts; and the page of the
// service as one script and one style sheet for browsers.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

// What the launcher runs is bundled over these files: Node takes a third of a second to load some 300 small modules.
// The library and the tests keep their modules one by one.
const { dependencies, peerDependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies });
const bundled = {
  ...shared,
  bundle: true,
  // half as much to parse; names stay, for stacks
  minifyWhitespace: true,
  minifySyntax: true,
  // of the packages oclif alone goes in: each command waits for its 80 small modules
  external: packages.filter((name) => name !== '@oclif/core').flatMap((name) => [name, `${name}/*`]),
  format: 'esm',
  allowOverwrite: true,
  // for the CommonJS in them
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module';",
      'const require = requireFrom(import.meta.url);',
      'const { dirname: __dirname, filename: __filename } = import.meta;',
    ].join(' '),
  },
  plugins: [ownPlaces()],
};
rmSync(join('dist', 'chunks'), { recursive: true, force: true });
const commands = sources.filter((name) => name.startsWith('commands') && name.endsWith('.ts'));
await build({
  ...bundled,
  entryPoints: ['src/command-line/main.ts', 'src/flow/watch/supervise.ts', ...commands],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
// a thread has modules of its own in any case
await build({
  ...bundled,
  entryPoints: ['src/network/workers/worker.ts'],
});

/** In a bundle, `import.meta.url` of a module is still where the module lies by itself. */
function ownPlaces() {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta')) return undefined;
        const place = relative(import.meta.dirname, path)
          .replaceAll('\\', '/')
          .replace(/ts$/, 'js');
        const url = `new URL('${place}', import.meta.url.replace(/\\/dist\\/.*/s, '/dist/')).href`;
        return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

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
