import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SrganError } from '../../src/system/errors.js';
import { emitOnnx } from '../../src/network/graph/emit-onnx.js';
import { openNetworks } from '../../src/network/models/networks.js';
import { readPackaged } from '../../src/network/models/packaged.js';
import { PACKAGED } from '../../src/network/models/registry.js';
import { moveWeightsOut } from '../network/graph/move-weights-out.js';
import { xzOf } from '../network/graph/read/rsr/xz-of.js';
import { randomValues, seeded } from '../helpers/random.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { THOROUGH } from '../helpers/thorough.js';
import { damaged } from './mutate.js';

const CASES = THOROUGH ? 150 : 60;
/** What reading a damaged header may cost at most, beside what is there. */
const MAX_BYTES = 2 ** 30;

interface Model {
  /** What is named, relative to the directory. */
  readonly name: string;
  /** Files of which one is damaged at a time. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const NCNN = `7767517
4 4
Input in 0 1 data
Convolution first 1 1 data a 0=4 1=3 5=1 6=108 9=2 -23310=1,0.1
Convolution last 1 1 a b 0=12 1=3 5=1 6=432
PixelShuffle up 1 1 b output 0=2
`;

async function models(): Promise<Record<string, Model>> {
  const slim = path.resolve('node_modules/@upscalerjs/esrgan-slim/models/x2');
  const shard = 'group1-shard1of1.bin';
  const onnx = emitOnnx(
    await readPackaged(
      PACKAGED.find(({ name }) => name === 'esrgan-slim')!,
      2,
    ),
  );
  const { model, weights } = moveWeightsOut(onnx, 'weights.bin');
  const floats = Buffer.from(randomValues(seeded(3), 556, -0.2, 0.2).buffer);
  const ncnnBin = Buffer.concat([
    Buffer.alloc(4),
    floats.subarray(0, 448),
    Buffer.alloc(4),
    floats.subarray(448),
  ]);
  const xz = await readFile(path.resolve('test/fixtures/xz/crc64.xz'));
  return {
    onnx: { name: 'a.onnx', files: { 'a.onnx': onnx } },
    'onnx with weights beside it': { name: 'a.onnx', files: { 'a.onnx': model, 'weights.bin': weights } },
    'tensorflow.js': {
      name: 'model.json',
      files: {
        'model.json': await readFile(path.join(slim, 'model.json')),
        [shard]: await readFile(path.join(slim, shard)),
      },
    },
    ncnn: { name: 'a.param', files: { 'a.param': Buffer.from(NCNN), 'a.bin': ncnnBin } },
    'rsr, compressed': { name: 'a.rsr', files: { 'a.rsr': xz } },
    'rsr, not compressed': { name: 'a.rsr', files: { 'a.rsr': xzOf(Buffer.from(floats.subarray(0, 900))) } },
  };
}

async function open(file: string): Promise<unknown> {
  const networks = openNetworks({ engine: 'onnx', device: 'cpu', fold: false });
  try {
    await networks.load(file, (await networks.describe(file)).defaultFactor);
    return undefined;
  } catch (error) {
    return error;
  }
}

function checkRefusal(t: ExecutionContext, error: unknown, how: string): void {
  if (!(error instanceof SrganError)) return t.fail(`${how}: ${String(error)}`);
  t.is(error.code, 'E_MODEL', how);
  t.regex(error.message, /^[^\n]+\.$/, how);
}

test.serial('damaged models of each kind are refused in a sentence, at little cost, or read', async (t) => {
  for (const [kind, { name, files }] of Object.entries(await models())) {
    const directory = await temporaryDirectory(t);
    const random = seeded(11);
    const names = Object.keys(files);
    const before = process.resourceUsage().maxRSS * 1024;
    let refused = 0;
    for (const file of names) await writeFile(path.join(directory, file), files[file]!);
    for (let number = 0; number < CASES; number += 1) {
      const file = names[number % names.length]!;
      const whole = Buffer.from(files[file]!);
      const cut = number % 5 === 0;
      const { how, bytes } = cut
        ? { how: 'cut', bytes: whole.subarray(0, Math.floor(random() * whole.length)) }
        : damaged(whole, random);
      await writeFile(path.join(directory, file), bytes);
      const error = await open(path.join(directory, name));
      if (error !== undefined) checkRefusal(t, error, `${kind}, ${file}: ${how}`);
      refused += Number(error !== undefined);
      await writeFile(path.join(directory, file), files[file]!);
    }
    t.true(refused > CASES / 10, `${kind}: ${refused} were refused`);
    const grown = process.resourceUsage().maxRSS * 1024 - before;
    t.true(grown < MAX_BYTES, `${kind}: ${grown} bytes more`);
    t.log(`${kind}: ${CASES} cases, ${refused} refused`);
  }
});

test.serial('weights that a model looks for outside of its directory are not read', async (t) => {
  const directory = await temporaryDirectory(t);
  const onnx = emitOnnx(
    await readPackaged(
      PACKAGED.find(({ name }) => name === 'esrgan-slim')!,
      2,
    ),
  );
  const slim = path.resolve('node_modules/@upscalerjs/esrgan-slim/models/x2');
  await copyFile(path.join(slim, 'group1-shard1of1.bin'), path.join(directory, 'outside.bin'));
  const header = await readFile(path.join(slim, 'model.json'), 'utf8');
  const places = ['../outside.bin', path.join(directory, 'outside.bin'), 'sub/../../outside.bin', '..'];
  await mkdir(path.join(directory, 'model'));
  for (const place of places) {
    await writeFile(path.join(directory, 'model/a.onnx'), moveWeightsOut(onnx, place).model);
    checkRefusal(t, await open(path.join(directory, 'model/a.onnx')), place);
    await writeFile(
      path.join(directory, 'model/model.json'),
      header.replace('group1-shard1of1.bin', place.replaceAll('\\', '/')),
    );
    checkRefusal(t, await open(path.join(directory, 'model/model.json')), place);
  }
  t.log(`${2 * places.length} cases`);
});
