import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openEngine } from '../../../src/network/engines/select.js';
import { convertToOnnx } from '../../../src/network/models/convert.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { writeKerasLike } from '../engines/tfjs-files.js';
import { randomValues, seeded } from '../../helpers/random.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

test('plain onnxruntime makes of the file what the network as published makes', async (t) => {
  const directory = await temporaryDirectory(t);
  const settings = { engine: 'tfjs', device: 'cpu' } as const;
  for (const [name, factor, range] of [
    ['esrgan-slim', 2, 255],
    ['esrgan-medium', 3, 255],
    ['esrgan-thick', 2, 1],
  ] as const) {
    const out = path.join(directory, 'new', `${name}.onnx`);
    t.like(await convertToOnnx(name, out, { factor }), { factor, inputRange: range, outputRange: range });

    const light = path.join(directory, `${name}-folded.onnx`);
    const folded = await convertToOnnx(name, light, { factor, fold: true });
    t.is(Buffer.compare(folded.bytes, await readFile(light)), 0);

    const [width, height] = [19, 13];
    const planes = randomValues(seeded(factor), 3 * width * height, 0, 255);
    const input = planes.map((value) => (value * range) / 255);
    const network = await (await openEngine(settings)).load(await openNetworks(settings).load(name, factor));
    const expected = await network.run(planes, width, height);
    for (const file of [out, light]) {
      const session = await InferenceSession.create(file);
      t.deepEqual([session.inputNames, session.outputNames], [['input'], ['output']]);
      const { output } = await session.run({ input: new Tensor('float32', input, [1, 3, height, width]) });
      t.deepEqual(output!.dims, [1, 3, height * factor, width * factor]);
      const values = output!.data as Float32Array;
      t.true(expected.every((value, i) => Math.abs(value - (values[i]! * 255) / range) < 0.01));
      await session.release();
    }
    await network.dispose();
  }
});

test('a file that was written is run by path as the network is by name', async (t) => {
  const out = path.join(await temporaryDirectory(t), 'slim.onnx');
  const again = path.join(path.dirname(out), 'again.onnx');
  for (const fold of [false, true]) {
    await convertToOnnx('esrgan-slim', out, { fold, overwrite: true });
    const file = await openNetworks({ engine: 'onnx', device: 'cpu' }).load(out, 2);
    t.like(file, { factor: 2, radiusPx: 10, inputRange: 255, outputRange: 255 });
    const { bytes } = await convertToOnnx(out, again, { overwrite: true });
    t.deepEqual(bytes, file.bytes);
  }
});

test('a network by path, and a file that is there already', async (t) => {
  const directory = await temporaryDirectory(t);
  const header = await writeKerasLike(path.join(directory, 'net'));
  const out = path.join(directory, 'out', 'net.onnx');
  const { bytes } = await convertToOnnx(header, out);
  t.deepEqual(await readFile(out), Buffer.from(bytes));
  t.like(await openNetworks({ engine: 'onnx', device: 'cpu' }).load(out, 2), { radiusPx: 1, inputRange: 1 });
  t.like(await t.throwsAsync(convertToOnnx('esrgan-slim', out)), {
    code: 'E_EXISTS',
    message: `${out}: is already there.`,
  });
  t.deepEqual(await readFile(out), Buffer.from(bytes));
  await convertToOnnx('esrgan-slim', out, { overwrite: true });
  t.notDeepEqual(await readFile(out), Buffer.from(bytes));
  t.like(await t.throwsAsync(convertToOnnx(out, out, { overwrite: true })), { code: 'E_OVERWRITE_INPUT' });
  t.deepEqual(await readdir(path.dirname(out)), ['net.onnx']);
});

test('what cannot be written or is no network', async (t) => {
  const directory = await temporaryDirectory(t);
  const out = path.join(directory, 'a.onnx');
  const failure = async (name: string, to: string, factor?: number) =>
    t.throwsAsync(convertToOnnx(name, to, { factor }));
  t.like(await failure('esrgan-slim', path.join(directory, 'a.json')), { code: 'E_USAGE' });
  t.like(await failure('esrgan-slim', out, 5), { code: 'E_MODEL', hint: 'Its factors are 2, 3, 4, 8.' });
  t.like(await failure('esrgan-thin', out), { code: 'E_MODEL' });
  t.deepEqual(await readdir(directory), []);
});
