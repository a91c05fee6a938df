import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { convertToOnnx } from '../../../../src/network/models/convert.js';
import { describeFile, openNetworks } from '../../../../src/network/models/networks.js';
import { drawPixels } from '../../../helpers/pixels.js';
import { randomValues, seeded } from '../../../helpers/random.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';

const PARAM = `7767517
4 4
Input in 0 1 data
Convolution first 1 1 data a 0=4 1=3 5=1 6=108 9=2 -23310=1,0.1
Convolution last 1 1 a b 0=12 1=3 5=1 6=432
PixelShuffle up 1 1 b output 0=2
`;

async function writeNetwork(directory: string, text = PARAM): Promise<string> {
  const next = seeded(3);
  const plain = Buffer.alloc(4);
  const weights = [108, 4, 432, 12].map((count) => Buffer.from(randomValues(next, count, -0.2, 0.2).buffer));
  const stem = path.join(directory, 'my net');
  await writeFile(`${stem}.param`, text);
  await writeFile(`${stem}.bin`, Buffer.concat([plain, ...weights.slice(0, 2), plain, ...weights.slice(2)]));
  return stem;
}

test('named by either of its files; what is lost at the border is made up for', async (t) => {
  const stem = await writeNetwork(await temporaryDirectory(t));
  const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
  for (const end of ['param', 'bin']) {
    t.deepEqual(await networks.describe(`${stem}.${end}`), {
      name: 'my net',
      factors: [2],
      defaultFactor: 2,
    });
    t.like(await networks.load(`${stem}.${end}`, 2), {
      factor: 2,
      radiusPx: 2,
      inputRange: 1,
      outputRange: 1,
    });
  }
  t.like(await describeFile(`${stem}.param`), {
    format: 'ncnn',
    haloPx: 2,
    alignPx: 1,
    means: 0,
    network: { radiusPx: 2, parameters: 556 },
  });
});

test('written as ONNX, it is the same network', async (t) => {
  const directory = await temporaryDirectory(t);
  const stem = await writeNetwork(directory);
  const out = path.join(directory, 'my net.onnx');
  const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
  const { bytes, ...written } = await convertToOnnx(`${stem}.param`, out);
  t.deepEqual(await readFile(out), Buffer.from(bytes));
  const read = await networks.load(out, 2);
  t.like(read, { factor: 2, inputRange: 1, outputRange: 1, radiusPx: written.radiusPx });
  const pixels = drawPixels({ widthPx: 31, heightPx: 23 });
  const { pool } = poolOf(t, { threads: 1 });
  const [one, other] = [await networks.load(`${stem}.param`, 2), read];
  const ours = await pool.upscale(requestOf({ network: one, pixels }));
  t.deepEqual((await pool.upscale(requestOf({ network: other, pixels }))).data, ours.data);
});

test('the tfjs engine says that it does not read it', async (t) => {
  const networks = openNetworks({ engine: 'tfjs', device: 'cpu' });
  t.like(await t.throwsAsync(networks.describe('my.param')), {
    code: 'E_MODEL',
    message: 'my.param: the tfjs engine does not read ncnn.',
  });
});

test('what is missing or is no such network', async (t) => {
  const directory = await temporaryDirectory(t);
  const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
  const refusal = async (name: string) => {
    const error = await t.throwsAsync(networks.describe(path.join(directory, name)));
    t.like(error, { code: 'E_MODEL' });
    return error.message;
  };
  t.regex(await refusal('gone.param'), /gone\.param: the network does not exist\.$/);
  await writeNetwork(directory);
  await writeFile(path.join(directory, 'alone.param'), PARAM);
  t.regex(await refusal('alone.param'), /alone\.bin: the network does not exist\.$/);
  await writeFile(path.join(directory, 'alone.bin'), 'short');
  t.regex(await refusal('alone.param'), /alone\.param: .*need more weights than the 5 bytes there are/);
  await writeNetwork(directory, PARAM.replace('0=12', '0=48').replace('6=432', '6=1728'));
  t.regex(await refusal('my net.bin'), /need more weights/);
  const gray = PARAM.replace('Input in 0 1 data', 'Input in 0 1 data 2=1');
  await writeNetwork(directory, gray);
  t.regex(await refusal('my net.param'), /the channels of layer '.*' do not fit/);
});
