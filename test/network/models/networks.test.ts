import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openKernels } from '../../../src/network/models/kernel-networks.js';
import { listNetworks, networkNames, openNetworks } from '../../../src/network/models/networks.js';
import { readKerasFile } from '../../../src/network/models/file/keras-file.js';
import { packageDirectory } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { readOwnName } from '../../../src/contract/own-names.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const open = () => openNetworks({ engine: 'onnx', device: 'cpu' });
const [SLIM] = PACKAGED;

test('a packaged network: its facts, its bytes in shared memory, read once', async (t) => {
  const networks = open();
  t.deepEqual(await networks.describe('esrgan-slim'), {
    name: 'esrgan-slim',
    factors: [2, 3, 4, 8],
    defaultFactor: 2,
  });
  const file = await networks.load('esrgan-slim', 2);
  const { bytes, key, tiled, ...facts } = file;
  t.deepEqual(facts, {
    title: 'esrgan-slim x2',
    factor: 2,
    radiusPx: 10,
    inputRange: 255,
    outputRange: 255,
    macsPerPixel: 222_544,
    liveFloatsPerPixel: 320,
  });
  t.true(bytes.buffer instanceof SharedArrayBuffer);
  t.is(tiled?.bySides.length, 4);
  t.is(tiled?.leastPx, 9);
  t.is(tiled?.bySides[0]?.work.perPixel, 72_824);
  t.is(await networks.load('esrgan-slim', 2), file);
  t.not((await networks.load('esrgan-slim', 3)).key, key);
  t.is((await open().load('esrgan-slim', 2)).key, key);
  t.like(await networks.load('esrgan-thick', 4), { factor: 4, inputRange: 1, outputRange: 1, radiusPx: 154 });
});

test('without folding, and where a network reaches too far, there are no forms for tiles', async (t) => {
  const plain = openNetworks({ engine: 'onnx', device: 'cpu', fold: false });
  const file = await plain.load('esrgan-slim', 2);
  t.is(file.tiled, undefined);
  const folded = await open().load('esrgan-slim', 2);
  t.is(file.key, folded.key);
  t.deepEqual(file.bytes, folded.bytes);
  t.is((await open().load('esrgan-thick', 2)).tiled, undefined);
});

test('unknown names and factors', async (t) => {
  const networks = open();
  const names = await networkNames();
  t.deepEqual(names.slice(-3), ['esrgan-slim', 'esrgan-medium', 'esrgan-thick']);
  t.like(await t.throwsAsync(networks.describe('esrgan-thin')), {
    code: 'E_MODEL',
    message: 'esrgan-thin: no network has this name.',
    hint: `Did you mean 'esrgan-thick'? The names are ${names.join(', ')}, or the path of an .onnx, .param, .bin or .rsr file or of a model.json.`,
  });
  t.like(await t.throwsAsync(networks.load('esrgan-slim', 5)), {
    code: 'E_MODEL',
    hint: 'Its factors are 2, 3, 4, 8.',
  });
});

test('a package that is not installed', async (t) => {
  const family = { ...SLIM!, name: 'esrgan-huge', package: '@upscalerjs/esrgan-huge' };
  t.like(await t.throwsAsync(packageDirectory(family)), {
    code: 'E_MODEL',
    message: 'esrgan-huge: this network is not installed.',
    hint: 'srgan models add @upscalerjs/esrgan-huge, or npm install @upscalerjs/esrgan-huge',
  });
});

test('damaged files of a package', async (t) => {
  const original = path.join(await packageDirectory(SLIM!), 'models', 'x2');
  const directory = await temporaryDirectory(t);
  const header = path.join(directory, 'model.json');
  const shard = path.join(directory, 'group1-shard1of1.bin');
  const refusal = async (damage: () => Promise<void>) => {
    await cp(original, directory, { recursive: true });
    await damage();
    const error = await t.throwsAsync(readKerasFile(header));
    t.like(error, { code: 'E_MODEL' });
    t.true(error.message.includes(directory), error.message);
    return error.message;
  };
  await t.notThrowsAsync(readKerasFile(path.join(original, 'model.json')));
  t.regex(await refusal(() => truncate(shard, 888_299)), /hold 888299 bytes where 888300 are needed/);
  t.regex(await refusal(() => truncate(shard, 0)), /hold 0 bytes/);
  t.regex(await refusal(() => writeFile(shard, Buffer.alloc(888_300, 0xff))), /no numbers/);
  t.regex(await refusal(() => truncate(header, 5000)), /not JSON/);
  t.regex(await refusal(() => writeFile(header, '')), /not JSON/);
  const json = await readFile(path.join(original, 'model.json'), 'utf8');
  const elsewhere = json.replace('group1-shard1of1.bin', '../x3/group1-shard1of1.bin');
  t.regex(await refusal(() => writeFile(header, elsewhere)), /is in another directory/);
  const missing = json.replace('group1-shard1of1.bin', 'gone.bin');
  t.regex(await refusal(() => writeFile(header, missing)), /cannot be read/);
  await mkdir(path.join(directory, 'empty'));
  t.like(await t.throwsAsync(readKerasFile(path.join(directory, 'empty', 'model.json'))), {
    code: 'E_MODEL',
  });
});

test('the list tells of each family what it is and what it costs', async (t) => {
  const all = await listNetworks({ folding: true });
  const own = all.filter(({ name }) => readOwnName(name));
  t.deepEqual(all.slice(0, own.length), own);
  t.true(
    own.every(
      ({ licence, installed, networks }) => licence === 'MIT' && installed && networks[0]!.parameters > 0,
    ),
  );
  const listings = all.slice(own.length);
  t.deepEqual(
    listings.map(({ name }) => name),
    ['esrgan-slim', 'esrgan-medium', 'esrgan-thick'],
  );
  for (const listing of listings) {
    t.like(listing, { installed: true, licence: 'MIT', version: '1.0.0', factors: [2, 3, 4, 8] });
    t.deepEqual(
      listing.networks.map(({ factor }) => factor),
      [2, 3, 4, 8],
    );
  }
  t.deepEqual(
    listings.map(({ networks }) => networks[0]!.radiusPx),
    [10, 18, 154],
  );
  t.deepEqual(
    listings.map(({ networks }) => networks[0]!.parameters),
    [222_075, 693_235, 7_239_968],
  );
  t.deepEqual(
    listings.map(({ networks }) => networks.map(({ foldedMacsPerPixel }) => foldedMacsPerPixel)),
    [
      [72_824, 82_409, 89_672, 89_672],
      [620_752, 630_337, 637_600, 637_600],
      [undefined, undefined, undefined, undefined],
    ],
  );
});

test('kernels for the resize engine: by name, or in the place of a packaged network', async (t) => {
  const kernels = openKernels();
  t.like(await kernels.describe('esrgan-slim'), { name: 'lanczos3', defaultFactor: 2 });
  t.like(await kernels.load('cubic', 3), { factor: 3, radiusPx: 2, kernel: 'cubic', title: 'cubic x3' });
  t.like(await t.throwsAsync(kernels.describe('blur')), {
    code: 'E_MODEL',
    message: 'blur: the resize engine has no kernel of this name.',
  });
  t.like(await t.throwsAsync(kernels.load('cubic', 9)), { code: 'E_MODEL' });
});
