import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { TfjsBackend } from '../../../src/contract/engine.js';
import { packageDirectory } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { otherNode } from '../../helpers/other-node.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { hasTfjsNode, testOnTfjsNode } from '../../helpers/tfjs-node.js';
import { testWhere } from '../../helpers/where.js';
import type { OneTile } from './one-tile.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Place {
  readonly node?: string;
  readonly directory?: string;
  readonly threads?: number;
}

async function oneTile(backend: TfjsBackend | '', place: Place = {}): Promise<OneTile & { stderr: string }> {
  const { node = process.execPath, directory = root, threads = 2 } = place;
  const script = path.join(directory, 'dist', 'test', 'network', 'engines', 'one-tile.js');
  const { stdout, stderr } = await run(node, [script, backend, String(threads)], {
    cwd: directory,
    maxBuffer: 2 ** 26,
  });
  return { ...(JSON.parse(stdout) as OneTile), stderr };
}

for (const major of [22, 24]) {
  test(`Node ${major} gives the values of this one, and warns of nothing`, async (t) => {
    const node = await otherNode(t, major);
    if (node === undefined) return;
    const { stdout } = await run(node, ['--version']);
    t.regex(stdout, new RegExp(`^v${major}\\.`));
    for (const backend of hasTfjsNode ? (['node', 'wasm'] as const) : (['wasm'] as const)) {
      const [here, there] = [await oneTile(backend), await oneTile(backend, { node })];
      t.log(`Node ${stdout.trim()}: ${there.note}`);
      t.is(there.stderr, '');
      t.is(there.values.length, 3 * 128 * 96);
      t.true(there.values.every((value, i) => Math.abs(value - here.values[i]!) < 1e-3));
    }
  });
}

testOnTfjsNode('TensorFlow has one worker, and has it compute on the threads that it is told', async (t) => {
  const [one, four] = [await oneTile('node', { threads: 1 }), await oneTile('node', { threads: 4 })];
  t.is(one.workers, 1);
  t.is(four.workers, 1);
  if (process.platform === 'linux') t.is(four.threads! - one.threads!, 3);
  t.deepEqual(four.values, one.values);
});

test('WebAssembly has one thread, so it fills the cores with workers', async (t) => {
  t.is((await oneTile('wasm', { threads: 3 })).workers, 3);
});

const posix = testWhere(process.platform !== 'win32', 'links to directories need rights on Windows');

posix('without tfjs-node it runs on WebAssembly and says why', async (t) => {
  const { note, values } = await oneTile('', { directory: await copyOfSrgan(t) });
  t.regex(
    note!,
    /^The tfjs engine runs on WebAssembly \(.*\), since @tensorflow\/tfjs-node is not installed\.$/,
  );
  t.deepEqual(values, (await oneTile('wasm')).values);
});

posix('without any part of TensorFlow.js it says what to install', async (t) => {
  const directory = await copyOfSrgan(t);
  await rm(path.join(directory, 'node_modules', '@tensorflow', 'tfjs-layers'));
  const error = await t.throwsAsync(oneTile('', { directory }));
  t.true(error.message.includes('The tfjs engine needs TensorFlow.js, which is not installed.'));
  t.regex(error.message, /npm install @tensorflow\/tfjs-core @tensorflow\/tfjs-layers /);
});

posix('a tfjs-node that does not load is passed over, unless it was asked for', async (t) => {
  const directory = await copyOfSrgan(t);
  const broken = path.join(directory, 'node_modules', '@tensorflow', 'tfjs-node');
  await mkdir(broken);
  await writeFile(
    path.join(broken, 'package.json'),
    '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }',
  );
  await writeFile(path.join(broken, 'index.js'), 'throw new Error("no addon.\\nmore of it");');
  const { note } = await oneTile('', { directory });
  t.regex(note!, /on WebAssembly \(.*\), since @tensorflow\/tfjs-node does not load: no addon\.$/);
  const error = await t.throwsAsync(oneTile('node', { directory }));
  t.true(error.message.includes(`@tensorflow/tfjs-node in ${broken} does not load.`));
});

/** srgan installed elsewhere, with what it depends on and nothing else. */
async function copyOfSrgan(t: ExecutionContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  await cp(path.join(root, 'package.json'), path.join(directory, 'package.json'));
  for (const part of ['src', 'test/network/engines/one-tile.js', 'test/helpers/random.js']) {
    await cp(path.join(root, 'dist', part), path.join(directory, 'dist', part), { recursive: true });
  }
  for (const scope of ['@tensorflow', '@upscalerjs']) {
    await mkdir(path.join(directory, 'node_modules', scope), { recursive: true });
  }
  for (const part of ['core', 'layers', 'converter', 'backend-wasm']) {
    const name = path.join('node_modules', '@tensorflow', `tfjs-${part}`);
    await symlink(path.join(root, name), path.join(directory, name));
  }
  const slim = PACKAGED.find(({ name }) => name === 'esrgan-slim')!;
  await symlink(await packageDirectory(slim), path.join(directory, 'node_modules', slim.package));
  return directory;
}
