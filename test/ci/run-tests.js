// Runs a part of the compiled tests: `quick` is what `npm test` runs, `long` is the rest.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** Tests that take minutes, or need servers, browsers, wheels or a starved machine; a folder stands for all in it. */
const LONG = [
  // faults, broken files and pressure
  'faults/',
  'fuzz/',
  'memory',
  'stress',
  'commands/backpressure',
  'commands/byte-names',
  'commands/folded-names',
  'commands/interrupt',
  'commands/kill',
  'commands/max-memory',
  'commands/open-files',
  'commands/retries',
  'flow/watch/',
  // real servers: Redis, S3, browsers
  'apps/jobs/',
  'apps/serve/clients',
  'apps/serve/hostile',
  'apps/serve/jobs',
  'apps/serve/page',
  'commands/jobs',
  'commands/jobs-bucket',
  'commands/jobs-starved',
  'commands/jobs-tls',
  'commands/storage',
  'commands/webgpu',
  'contract/storage',
  'places/storage/faults',
  'places/storage/listing',
  'places/storage/parts',
  // measurements and training
  'apps/train/',
  // films, through many processes
  'apps/video/interrupted',
  'apps/video/carried',
  'apps/video/memory',
  'commands/models-compare',
  'commands/parallel-benchmark',
  'commands/profile-memory',
  'commands/train',
  // all factors of all networks, and other people's runtimes
  'commands/engines',
  'commands/optional-packages',
  'commands/spill',
  'flow/spill/networks',
  'flow/spill/same-pixels',
  'network/engines/native/standalone/',
  'network/engines/tfjs-node',
  'network/engines/tfjs-runtime',
  'network/engines/tfjs-wasm',
  'network/models/golden',
  'network/models/ncnn/',
  'network/models/onnx-tools',
  'network/models/onnx-variants',
  'network/models/rsr/',
  'network/workers/exactness',
  // programs and schedulers of the examples
  'examples',
  'examples-arrays',
];

const root = path.join('dist', 'test');
const all = readdirSync(root, { recursive: true })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.test.js'))
  .sort();
const isOf = (entry) => (file) =>
  entry.endsWith('/') ? file.startsWith(entry) : file === `${entry}.test.js`;
const gone = LONG.filter((entry) => !all.some(isOf(entry)));
if (gone.length > 0) console.log(`no longer a test, so take it off the list: ${gone.join(', ')}`);

const part = process.argv[2];
if (part !== 'quick' && part !== 'long') throw new Error('Say which tests to run: quick or long.');
const files = all.filter((file) => LONG.some((entry) => isOf(entry)(file)) === (part === 'long'));
console.log(`${part} tests: ${files.length} of ${all.length} files`);
const ava = path.join('node_modules', 'ava', 'entrypoints', 'cli.mjs');
const { status } = spawnSync(process.execPath, [ava, ...files.map((file) => `dist/test/${file}`)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
