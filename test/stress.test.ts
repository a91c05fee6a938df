import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { pipe, type Outcome } from '../src/index.js';
import { theilSen } from '../src/apps/profile/trend.js';
import { srgan } from './helpers/cli.js';
import { saveMixed } from './helpers/mixed-images.js';
import { temporaryDirectory } from './helpers/temporary-directory.js';

const SIZES = [
  [1, 1],
  [3, 40],
  [17, 16],
  [33, 21],
  [64, 48],
] as const;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What JavaScript holds and is not garbage, pixels included. */
function liveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const openFiles = () => readdir('/proc/self/fd').then((all) => all.length);
const withoutExtension = (name: string) => name.replace(/\.\w+$/, '');

test.serial(
  'a thousand images, some of them broken: each ends once, and nothing is left behind',
  async (t) => {
    const directory = await temporaryDirectory(t);
    const [sources, out, temp] = ['in', 'out', 'tmp'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const { good, corrupt, twins } = await saveMixed(sources, 1100, SIZES);
    const first = good[0]!;
    const engine = { engine: 'resize', threads: 3, format: 'png' } as const;
    // what a first run opens for good, such as the threads of the pool, is not counted
    await pipe({ inputs: [join(sources, first)], out: temp, ...engine });
    const filesBefore = process.platform === 'linux' ? await openFiles() : 0;

    const outcomes: Pick<Outcome, 'index' | 'src' | 'status'>[] = [];
    const memory: { x: number; y: number }[] = [];
    const summary = await pipe({
      inputs: [sources],
      out,
      ...engine,
      onOutcome: ({ index, src, status }) => {
        outcomes.push({ index, src, status });
        if (outcomes.length % 20 === 0) memory.push({ x: outcomes.length, y: liveBytes() });
      },
    });

    const all = [...good, ...corrupt, ...twins].map((name) => join(sources, name));
    t.deepEqual(outcomes.map(({ src }) => src).sort(), all.sort());
    t.deepEqual(new Set(outcomes.map(({ index }) => index)).size, all.length);
    const ended = (status: Outcome['status']) =>
      outcomes.filter((outcome) => outcome.status === status).map(({ src }) => src.slice(sources.length + 1));
    t.deepEqual(ended('done').sort(), [...good].sort());
    t.deepEqual(ended('failed').sort(), [...corrupt, ...twins].sort());
    t.like(summary.counts, { done: good.length, failed: corrupt.length + twins.length, cancelled: 0 });
    t.is(summary.failures.byCode['E_COLLISION'], twins.length);
    t.true(summary.buffers.reused > 0.9 * summary.buffers.taken, JSON.stringify(summary.buffers));

    const results = await readdir(out, { recursive: true, withFileTypes: true });
    const files = results.filter((entry) => entry.isFile());
    t.deepEqual(
      files.map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1)).sort(),
      good.map((name) => `${withoutExtension(name)}.png`).sort(),
    );
    if (process.platform === 'linux') t.is(await openFiles(), filesBefore);
    // of the first 10,000 sources their names are kept, to tell of collisions; never a buffer, of 64 KiB at least
    const bytesPerImage = theilSen(memory.slice(memory.length / 2));
    t.true(bytesPerImage < 2048, `${bytesPerImage} bytes stay of each image`);
  },
);

test.serial(
  'with a network, as a process of its own: it ends by itself and leaves no temp file',
  async (t) => {
    const directory = await temporaryDirectory(t);
    const { good, corrupt, twins } = await saveMixed(join(directory, 'in'), 90, SIZES);
    const { exitCode, stdout, stderr } = await srgan(
      ['pipe', 'in', 'out', '--format', 'png', '--threads', '3', '--ndjson-out'],
      { cwd: directory, env: { TMPDIR: directory } },
    );
    t.is(exitCode, 1, stderr);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
    t.is(records.length, good.length + corrupt.length + twins.length);
    t.is(records.filter(({ status }) => status === 'done').length, good.length);
    t.regex(
      stderr,
      new RegExp(`^Upscaled ${good.length} images in .*, ${corrupt.length + twins.length} failed`, 'm'),
    );
    t.deepEqual((await readdir(directory)).sort(), ['in', 'out']);
    const left = (await readdir(join(directory, 'out'), { recursive: true })).filter((name) =>
      /tmp/.test(name),
    );
    t.deepEqual(left, []);
  },
);
