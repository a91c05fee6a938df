import { kernelIdentity } from '../../src/network/engines/native/binding.js';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { SrganError } from '../../src/system/errors.js';
import type { PipeOptions } from '../../src/contract/options.js';
import { defaultMaxMemory, resolveOptions } from '../../src/flow/settings.js';
import { makeTree } from '../helpers/tree.js';

const resolve = (options: Record<string, unknown>) => resolveOptions({ inputs: ['a.png'], ...options });

test('everything but inputs has a default', async (t) => {
  const { threads, maxMemory, maxOpenFiles, ...rest } = await resolveOptions({ inputs: ['in/*.png'] });
  t.true(Number.isInteger(threads) && threads >= 1);
  t.true(maxMemory >= 256 * 2 ** 20 && maxMemory <= 4 * 2 ** 30);
  t.true(maxOpenFiles > 0);
  t.deepEqual(rest, {
    inputs: { kind: 'patterns', patterns: ['in/*.png'] },
    out: undefined,
    base: undefined,
    recursive: true,
    include: [],
    exclude: [],
    limit: Infinity,
    shard: undefined,
    name: undefined,
    suffix: undefined,
    format: 'same',
    quality: undefined,
    lossless: false,
    fastPng: false,
    strip: false,
    scale: undefined,
    width: undefined,
    height: undefined,
    minSize: undefined,
    maxSize: undefined,
    ifLarger: 'copy',
    model: 'auto-m',
    engine: kernelIdentity() === undefined ? 'onnx' : 'native',
    device: 'cpu',
    tta: false,
    fold: true,
    verify: false,
    tile: undefined,
    sequential: false,
    chunkSize: Infinity,
    fsync: true,
    maxOutputPixels: 2_000_000_000,
    maxOutputBytes: 8 * 2 ** 30,
    maxInputBytes: 2 * 2 ** 30,
    maxFrames: 10_000,
    timeLimit: 86_400,
    retries: 2,
    maxPixels: 100_000_000,
    journal: undefined,
    resume: false,
    strict: false,
    retryFailed: false,
    s3Endpoint: undefined,
    s3PathStyle: undefined,
    s3Region: undefined,
    allowPrivateAddresses: false,
    existing: 'refuse',
    dryRun: false,
    maxFailures: undefined,
  });
});

const WRONG: [name: string, value: unknown, message: string][] = [
  ['scale', 0, 'Expected a number above 0, at most 1000 for scale but received 0 of type number.'],
  ['scale', '2', 'Expected a number above 0, at most 1000 for scale but received 2 of type string.'],
  ['scale', NaN, 'Expected a number above 0, at most 1000 for scale but received NaN of type number.'],
  ['width', 1.5, 'Expected a whole number of pixels, at least 1 for width but received 1.5 of type number.'],
  ['quality', 101, 'Expected a whole number from 1 to 100 for quality but received 101 of type number.'],
  [
    'format',
    'bmp',
    'Expected one of: png, jpeg, webp, avif, tiff, gif, same for format but received bmp of type string.',
  ],
  ['out', '', "Expected a non-empty string for out but received '' of type string."],
  ['recursive', 'yes', 'Expected true or false for recursive but received yes of type string.'],
  ['include', '*.png', 'Expected a list of non-empty strings for include but received *.png of type string.'],
  ['exclude', [1], 'Expected a list of non-empty strings for exclude but received [1] of type array.'],
  [
    'minSize',
    { widthPx: 5 },
    'Expected a size { widthPx, heightPx } in whole pixels for minSize but received an object of type object.',
  ],
  ['threads', null, 'Expected a whole number from 1 to 1024 for threads but received null of type null.'],
  [
    'maxFailures',
    '101%',
    "Expected a whole number or a share such as '5%' for maxFailures but received 101% of type string.",
  ],
  ['signal', {}, 'Expected an AbortSignal for signal but received an object of type object.'],
  ['scales', 2, 'There is no option scales.'],
];

for (const [name, value, message] of WRONG) {
  test(`${name}: ${JSON.stringify(value)} is refused`, async (t) => {
    const error = await t.throwsAsync(resolve({ [name]: value }), { instanceOf: SrganError, message });
    t.is(error.code, 'E_USAGE');
  });
}

const CONTRADICTIONS: Partial<Record<keyof PipeOptions, unknown>>[] = [
  { scale: 2, width: 100 },
  { scale: 2, minSize: { widthPx: 1, heightPx: 1 } },
  { height: 5, minSize: { widthPx: 1, heightPx: 1 } },
  { minSize: { widthPx: 10, heightPx: 1 }, maxSize: { widthPx: 9, heightPx: 5 } },
  { skipExisting: true, overwrite: true },
  { failFast: true, maxFailures: 3 },
  { sequential: true, threads: 2 },
  { sequential: true, chunkSize: 2 },
  { chunkSize: 0 },
  { lossless: true, quality: 80 },
  { lossless: true, format: 'jpeg' },
  { suffix: '_x', name: '{dir}/{name}.{ext}' },
  { suffix: 'a/b' },
  { name: '{dir}/{nam}.{ext}' },
  { name: '../{name}.{ext}' },
  { name: '{dir}/../{name}.{ext}' },
  { name: '/abs/{name}.{ext}' },
  { name: 'C:/{name}.{ext}' },
  { name: '{dir}/' },
  { name: '{hash:0}.{ext}' },
  { name: '{name:3}.{ext}' },
  { include: ['*.png'], inputs: { kind: 'iterable', sources: ['a'] } },
  { inputs: { kind: 'list', format: 'lines' } },
  { inputs: { kind: 'other' } },
  { inputs: undefined },
];

for (const options of CONTRADICTIONS) {
  test(`${JSON.stringify(options)} is refused`, async (t) => {
    const error = await t.throwsAsync(resolve(options), { instanceOf: SrganError });
    t.is(error.code, 'E_USAGE');
  });
}

test('what goes together is taken', async (t) => {
  await t.notThrowsAsync(
    resolve({ scale: 2, maxSize: { widthPx: 100, heightPx: 100 }, skipExisting: false }),
  );
  await t.notThrowsAsync(resolve({ width: 5, height: 5, lossless: true, format: 'webp' }));
  await t.notThrowsAsync(resolve({ name: '{dir}/{name}{suffix}.{hash:8}.{srcext}.{ext}', suffix: '' }));
  await t.notThrowsAsync(resolve({ name: 'a{b c}d.{ext}', scale: undefined }));
});

test('sequential is one worker and one image', async (t) => {
  t.like(await resolve({ sequential: true }), { threads: 1, chunkSize: 1 });
  t.like(await resolve({ sequential: true, threads: 1, chunkSize: 1 }), { sequential: true });
  t.like(await resolve({ sequential: false, threads: 3, chunkSize: 2 }), { threads: 3, chunkSize: 2 });
});

test('what is to be done with outputs and failures', async (t) => {
  t.is((await resolve({ skipExisting: true })).existing, 'skip');
  t.is((await resolve({ overwrite: true })).existing, 'overwrite');
  t.deepEqual((await resolve({ failFast: true })).maxFailures, { count: 0 });
  t.deepEqual((await resolve({ maxFailures: 3 })).maxFailures, { count: 3 });
  t.deepEqual((await resolve({ maxFailures: '5%' })).maxFailures, { share: 0.05 });
});

test('an output directory that is a file is told before anything begins', async (t) => {
  const root = await makeTree(t);
  const out = path.join(root, 'out.png');
  await writeFile(out, '');
  const error = await t.throwsAsync(resolve({ out }), { instanceOf: SrganError });
  t.is(error.code, 'E_OUT_DIR');
});

test('the memory budget goes by the threads, and is a quarter of what is free at most', (t) => {
  t.is(defaultMaxMemory(0, 2), 256 * 2 ** 20);
  t.is(defaultMaxMemory(2 ** 31, 2), 2 ** 29);
  t.is(defaultMaxMemory(2 ** 40, 2), 640 * 2 ** 20);
  t.is(defaultMaxMemory(2 ** 40, 64), 4608 * 2 ** 20);
});
