import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { describeFile, openNetworks } from '../../../src/network/models/networks.js';
import { openGraph } from '../../../src/network/models/file/open-graph.js';
import { writeKerasLike } from '../engines/tfjs-files.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { around, conv } from '../graph/random-graph.js';
import { srgan } from '../../helpers/cli.js';
import { savePngs } from '../../helpers/pngs.js';
import { seeded } from '../../helpers/random.js';
import { networks, save } from './saved-network.js';

const slim = await networks.load('esrgan-slim', 2);

test('what is wrong in the file is refused in a sentence with the file and the key', async (t) => {
  const file = await save(t, slim.bytes);
  const stated = path.join(path.dirname(file), 'net.srgan.json');
  const refusal = async (content: string | object) => {
    await writeFile(stated, typeof content === 'string' ? content : JSON.stringify(content));
    const error = await t.throwsAsync(networks.describe(file));
    t.like(error, { code: 'E_MODEL' });
    t.true(error.message.includes(path.basename(file, '.onnx')), error.message);
    return error.message.replaceAll(stated, 'FILE').replaceAll(file, 'NET');
  };
  t.is(await refusal('{"factor": 2'), 'FILE: this is not JSON.');
  t.is(await refusal('[2]'), 'FILE: a JSON object is needed, such as {"inputRange": [0, 255]}.');
  t.is(await refusal({ facter: 2 }), 'FILE: "facter" is not a known key.');
  t.is(
    await refusal({ factor: 'two' }),
    'Expected a whole number from 1 to 16 for factor in FILE but received two of type string.',
  );
  for (const [key, values] of Object.entries({
    inputRange: [255, [0], [1, 1], [0, 'white'], [0, null]],
    outputRange: [{ from: 0 }, 'bytes'],
    layout: ['NHWC', 3],
    inputOrder: ['gbr'],
    outputOrder: [['b', 'g', 'r']],
    tile: [64, [64], [64, 3], [64, 64.5]],
    multiple: [0, 2.5],
    halo: [-1, '16'],
    enlargeFirst: [1],
    title: [''],
    licence: [5],
  })) {
    for (const value of values) {
      t.regex(await refusal({ [key]: value }), new RegExp(`^Expected .* for ${key} in FILE but received `));
    }
  }
  t.is(await refusal({ factor: 3 }), 'NET: the factor 3 is stated, but the network enlarges images 2 times.');
});

test('what is stated changes the key of the network, and what is for people does not', async (t) => {
  const keys = new Map<string, string>();
  for (const stated of [
    {},
    { title: 'Slim', licence: 'MIT' },
    { inputRange: [0, 255], outputRange: [0, 255] },
    { inputRange: [-1, 1] },
    { inputOrder: 'bgr' },
    { tile: [64, 64] },
    { multiple: 8 },
    { halo: 4 },
  ]) {
    const file = await save(t, slim.bytes, stated);
    keys.set(JSON.stringify(stated), (await networks.load(file, 2)).key);
  }
  t.is(keys.get('{}'), keys.get('{"title":"Slim","licence":"MIT"}'));
  t.is(new Set(keys.values()).size, keys.size - 1);
});

test('beside any kind of network; a key that makes no sense for it is refused', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'my net');
  await writeKerasLike(directory);
  const stated = path.join(directory, 'model.srgan.json');
  const load = (engine: 'onnx' | 'tfjs') =>
    openNetworks({ engine, device: 'cpu', tfjs: 'wasm' }).load(directory, 2);
  const { key: plainKey, ...plain } = await load('onnx');
  t.like(plain, { inputRange: 1, outputRange: 1 });
  t.like(await load('tfjs'), { inputRange: 1, outputRange: 1 });
  await writeFile(stated, JSON.stringify({ inputRange: [0, 255], outputRange: [0, 255], halo: 3 }));
  t.like(await load('onnx'), { inputRange: 255, outputRange: 255 });
  t.like(await load('tfjs'), { inputRange: 255, outputRange: 255, feltPx: 3 });
  const { findings, statedIn } = await describeFile(directory);
  t.is(statedIn, stated);
  t.like(
    findings.find(({ what }) => what === 'takes'),
    { value: 'colour in 0..255', by: 'stated' },
  );

  await writeFile(stated, JSON.stringify({ inputOrder: 'bgr' }));
  t.not((await load('onnx')).key, plainKey);
  t.regex((await t.throwsAsync(load('tfjs'))).message, /"inputOrder" cannot be stated for such a network\.$/);
  await writeFile(stated, JSON.stringify({ inputRange: [-1, 1] }));
  t.like(await load('onnx'), { inputRange: 1 });
  t.regex(
    (await t.throwsAsync(load('tfjs'))).message,
    /the tfjs engine does not support networks with values of -1\.\.1\.$/,
  );
  await writeFile(stated, JSON.stringify({ layout: 'nhwc' }));
  t.regex((await t.throwsAsync(load('onnx'))).message, /"layout" cannot be stated for such a network\.$/);
});

test('a luma network of another format', async (t) => {
  const graph = around({ op: 'depthToSpace', name: 'up', inputs: ['c'], block: 2, mode: 'CRD' }, 1, [
    conv('c', 'x', [1, 4], 3, seeded(1)),
  ]);
  const opened = await openGraph({ file: 'net.param', graph, known: {} }, true);
  t.like(await opened.load(), { factor: 2 });
  t.true(opened.findings.some(({ value }) => value.startsWith('luma in ')));
});

test('models info shows each fact with what tells it', async (t) => {
  const file = await save(t, slim.bytes, { inputRange: [0, 255], outputRange: [0, 255], licence: 'MIT' });
  const { stdout, exitCode } = await srgan(['models', 'info', file]);
  t.is(exitCode, 0);
  for (const line of [
    /^format +ONNX$/m,
    /^licence +MIT$/m,
    /^stated in +.*net\.srgan\.json$/m,
    /^FACT +VALUE +BY$/m,
    /^factor +x2 +read from its operators$/m,
    /^takes +colour in 0\.\.255 +stated beside it$/m,
    /^order +RGB +found by running it$/m,
    /^layout +channels first +read from its file$/m,
    /^sizes +any +read from its operators$/m,
    /^radius +10 px +read from its operators$/m,
  ]) {
    t.regex(stdout, line);
  }
  const directory = path.join(await temporaryDirectory(t), 'keras');
  await writeKerasLike(directory);
  for (const name of [directory, path.join(directory, 'model.json')]) {
    const { stdout: keras } = await srgan(['models', 'info', name]);
    t.regex(keras, /^name +keras$/m);
    t.regex(keras, /^format +TensorFlow\.js$/m);
    t.regex(keras, /^takes +colour in 0\.\.1 +found by running it$/m);
  }
});

test('--resume does again what was made with other facts, from wherever it is taken up', async (t) => {
  const file = await save(t, slim.bytes, { inputRange: [0, 255], outputRange: [0, 255] });
  const cwd = path.dirname(file);
  const stated = path.join(cwd, 'net.srgan.json');
  await savePngs(path.join(cwd, 'in'), ['a.png', 'b.png'], 12, 8);
  const begun = await srgan(['batch', 'in', 'out', '--batch-id', 'b', '--model', 'net.onnx'], { cwd });
  t.is(begun.exitCode, 0, begun.stderr);
  const before = await readFile(path.join(cwd, 'out/a.png'));
  const resume = () =>
    srgan(['batch', path.join(cwd, 'out'), '--resume', 'b'], { cwd: path.parse(cwd).root });
  const made = ({ stdout }: { stdout: string }) => stdout.split('\n').filter(Boolean).length;
  t.is(made(await resume()), 0);
  await writeFile(stated, JSON.stringify({ inputRange: [0, 255], outputRange: [0, 255], inputOrder: 'bgr' }));
  t.is(made(await resume()), 2);
  t.notDeepEqual(await readFile(path.join(cwd, 'out/a.png')), before);
  t.is(made(await resume()), 0);
  await rm(stated);
  t.is(made(await resume()), 2);
});
