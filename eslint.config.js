import { readdirSync, readFileSync } from 'node:fs';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const FILE_SYSTEM = ['fs', 'fs/promises', 'node:fs', 'node:fs/promises'].map((name) => ({
  name,
  message: 'Take src/system/files/fs.ts, which knows names of any bytes.',
}));

const SHARP = { name: 'sharp', allowTypeImports: true, message: 'Take loadSharp of src/pixels/vips.ts.' };
const { peerDependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const APART = Object.keys(peerDependencies).map((name) => ({
  name,
  allowTypeImports: true,
  message: 'It may not be installed: import it when it is needed, within withPackages.',
}));

// a file imports from its own layer and those before it, never from one after it
const LAYERS = [
  'system',
  'contract',
  'pixels',
  'network',
  'places',
  'flow',
  'report',
  'command-line',
  'apps',
];
const APPS = readdirSync('src/apps');
const ZONES = [
  ...LAYERS.map((layer, at) => ({
    target: `./src/${layer}`,
    from: [...LAYERS.slice(at + 1).map((later) => `./src/${later}`), './src/index.ts', './commands'],
    message: `src/${layer} knows nothing of what lies above it: see src/README.md.`,
  })),
  ...APPS.map((app) => ({
    target: `./src/apps/${app}`,
    from: APPS.filter((other) => other !== app).map((other) => `./src/apps/${other}`),
    message: 'An app never imports another app: what two of them need lies in a layer below.',
  })),
];

export default tseslint.config(
  { ignores: ['dist/', 'examples/out/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({
    ...config,
    files: ['**/*.ts', '**/*.tsx', '**/*.cts'],
  })),
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.cts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.cts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.cts'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.cts', '.js'],
          extensionAlias: { '.js': ['.ts', '.js'], '.cjs': ['.cts', '.cjs'] },
        }),
      ],
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // a promise that is let go says what becomes of its failure
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      'import-x/no-restricted-paths': ['error', { zones: ZONES }],
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // CommonJS, whose imports have this form
    files: ['**/*.cts'],
    rules: { '@typescript-eslint/no-require-imports': ['error', { allowAsImport: true }] },
  },
  {
    // only the command line speaks oclif, and only one module the file system, for names that are no UTF-8
    files: ['src/**/*.ts'],
    ignores: ['src/command-line/**', 'src/apps/**', 'src/system/files/fs.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: FILE_SYSTEM, patterns: ['@oclif/*'] }] },
  },
  {
    files: ['src/command-line/**/*.ts', 'src/apps/**/*.ts', 'commands/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: FILE_SYSTEM }] },
  },
  {
    // one door to sharp, whose settings are those of the whole process
    files: ['src/**/*.ts', 'commands/**/*.ts'],
    ignores: ['src/pixels/vips.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [SHARP, ...APART] }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportExpression[source.value='sharp']",
          message: SHARP.message,
        },
      ],
    },
  },
  {
    // apps that are imported as a whole, within withPackages
    files: ['src/apps/jobs/**/*.ts', 'src/apps/serve/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: [SHARP] }] },
  },
  {
    files: ['test/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // a test that lets a promise go fails by itself where that matters
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      'no-console': 'off',
    },
  },
);
