import test from 'ava';
import { openEngine } from '../../../src/network/engines/select.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { checkEngine } from './conformance.js';

const SETTINGS = { engine: 'onnx', device: 'cpu' } as const;
const open = () => openEngine(SETTINGS);
const networks = openNetworks(SETTINGS);

checkEngine(test, 'esrgan-slim x2', open, () => networks.load('esrgan-slim', 2));
checkEngine(test, 'esrgan-medium x3', open, () => networks.load('esrgan-medium', 3));
checkEngine(test, 'esrgan-thick x2', open, () => networks.load('esrgan-thick', 2));

test('bytes that are no network', async (t) => {
  const file = await networks.load('esrgan-slim', 2);
  const engine = await open();
  for (const length of [0, 100, file.bytes.length - 1000]) {
    const bytes = new Uint8Array(new SharedArrayBuffer(length));
    bytes.set(file.bytes.subarray(0, length));
    const error = await t.throwsAsync(engine.load({ ...file, bytes }));
    t.like(error, { code: 'E_MODEL', message: 'esrgan-slim x2: onnxruntime cannot load this network.' });
  }
});

test('a network that gives another size than it says', async (t) => {
  const file = await networks.load('esrgan-slim', 2);
  const network = await (await open()).load({ ...file, factor: 3 });
  const error = await t.throwsAsync(network.run(new Float32Array(3 * 64), 8, 8));
  t.like(error, { code: 'E_ENGINE' });
  await network.dispose();
});

test('an absent device is said in a sentence; auto falls back and says so', async (t) => {
  const foreign = process.platform === 'win32' ? 'coreml' : 'dml';
  const error = await t.throwsAsync(openEngine({ engine: 'onnx', device: foreign }));
  t.like(error, { code: 'E_ENGINE', message: `The device '${foreign}' is not available on this machine.` });
  const engine = await openEngine({ engine: 'onnx', device: 'auto' });
  const network = await engine.load(await networks.load('esrgan-slim', 2));
  t.is((await network.run(new Float32Array(3), 1, 1)).length, 12);
  if (process.platform === 'linux') t.true(engine.note === undefined || engine.note.includes('CPU'));
  t.is((await open()).note, undefined);
});
