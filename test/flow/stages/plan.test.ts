import { createHash } from 'node:crypto';
import { link, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { openKernels } from '../../../src/network/models/kernel-networks.js';
import type { SourceSpec } from '../../../src/contract/program-inputs.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { openPathKeys } from '../../../src/flow/plan/path-keys.js';
import { find } from '../../../src/flow/stages/find.js';
import { plan } from '../../../src/flow/stages/plan.js';
import { outcomeOf } from '../../../src/flow/outcome.js';
import { openTicket, type Ticket } from '../../../src/flow/ticket.js';
import { survey } from '../../../src/flow/stages/survey.js';
import { SrganError } from '../../../src/system/errors.js';
import type { Job } from '../../../src/contract/job.js';
import { take } from '../../helpers/collect.js';
import { placesOf } from '../../helpers/run.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';

const native = (name: string) => name.split('/').join(path.sep);

const image = (width: number, height: number, format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png') =>
  sharp({ create: { width, height, channels: 3, background: { r: width % 256, g: 80, b: 160 } } })
    .toFormat(format)
    .toBuffer();

interface Planned {
  src: string;
  job?: Job;
  ticket: Ticket;
  error?: SrganError;
}

/** Plans all sources in turn, as the flow does; paths are those below `root`. */
async function planAll(options: PipeOptions): Promise<Planned[]> {
  const settings = await settingsOf({ engine: 'resize', ...options });
  const keyOf = openPathKeys(settings);
  const work = plan(
    { settings, networks: openKernels(), keyOf, signal: new AbortController().signal, ...placesOf(settings) },
    await survey(settings, keyOf),
  );
  const planned: Planned[] = [];
  for await (const source of find(settings, new AbortController().signal)) {
    const ticket = openTicket(source);
    const entry: Planned = { src: source.path, ticket };
    try {
      entry.job = await work(source, ticket);
    } catch (error) {
      if (!(error instanceof SrganError)) throw error;
      entry.error = error;
    }
    planned.push(entry);
  }
  return planned;
}

/** Plans one image of the size, with options. */
async function planOne(
  t: ExecutionContext,
  [width, height]: [number, number],
  options: Omit<PipeOptions, 'inputs'> = {},
  spec: Omit<SourceSpec, 'src'> = {},
) {
  const root = await makeTree(t, { 'a.png': await image(width, height) });
  const out = path.join(root, 'out');
  const sources = [{ src: path.join(root, 'a.png'), ...spec }];
  const [planned] = await planAll({ inputs: { kind: 'iterable', sources }, out, ...options });
  return { root, out, ...planned! };
}

test('a job says all that is to be done with a source', async (t) => {
  const { job, ticket, root, out } = await planOne(t, [30, 20], { base: undefined });
  t.like(job, {
    action: 'upscale',
    format: 'png',
    model: 'lanczos3',
    passes: [2],
    targetWidthPx: 60,
    targetHeightPx: 40,
    quality: undefined,
  });
  t.is(ticket.job, job);
  t.is(ticket.end, undefined);
  t.true(job!.outputPath.startsWith(out) && job!.outputPath.endsWith(native('/a.png')), root);
  t.true(job!.predictedBytes > 5 * 30 * 20 * 3);
});

test('sizes: factor, width, least and largest size', async (t) => {
  const sizeOf = async (options: Omit<PipeOptions, 'inputs'>, spec?: Omit<SourceSpec, 'src'>) => {
    const { job } = await planOne(t, [30, 20], options, spec);
    return [job?.targetWidthPx, job?.targetHeightPx, job?.passes, job?.action];
  };
  t.deepEqual(await sizeOf({ scale: 2.5 }), [75, 50, [3], 'upscale']);
  t.deepEqual(await sizeOf({ scale: 16 }), [480, 320, [8, 2], 'upscale']);
  t.deepEqual(await sizeOf({ scale: 0.5 }), [15, 10, [], 'upscale']);
  t.deepEqual(await sizeOf({ width: 100 }), [100, 67, [4], 'upscale']);
  t.deepEqual(await sizeOf({ width: 100, height: 40 }), [60, 40, [2], 'upscale']);
  t.deepEqual(await sizeOf({ minSize: { widthPx: 60, heightPx: 60 } }), [90, 60, [3], 'upscale']);
  t.deepEqual(await sizeOf({ scale: 4, maxSize: { widthPx: 60, heightPx: 60 } }), [60, 40, [2], 'upscale']);
  t.deepEqual(await sizeOf({ scale: 4 }, { scale: 3 }), [90, 60, [3], 'upscale']);
  t.deepEqual(await sizeOf({ scale: 4 }, { height: 40 }), [60, 40, [2], 'upscale']);
});

test('an image that is large enough is copied, encoded anew, or skipped', async (t) => {
  const enough = { minSize: { widthPx: 10, heightPx: 10 } };
  t.like((await planOne(t, [30, 20], enough)).job, { action: 'copy', targetWidthPx: 30, passes: [] });
  t.like((await planOne(t, [30, 20], { scale: 1 })).job, { action: 'copy' });
  for (const change of [{ format: 'webp' }, { strip: true }, { quality: 80 }] as const) {
    const { job } = await planOne(t, [30, 20], { ...enough, ...change });
    t.like(job, { action: 'upscale', targetWidthPx: 30, targetHeightPx: 20, passes: [] });
  }
  const { job, ticket } = await planOne(t, [30, 20], { ...enough, ifLarger: 'skip' });
  t.is(job, undefined);
  t.deepEqual(ticket.end, { status: 'skipped', reason: 'It is 30×20 already.' });
});

test('formats: what the content is decides for `same`, and the name follows it', async (t) => {
  const root = await makeTree(t, {
    'really-a-jpeg.png': await image(4, 4, 'jpeg'),
    'b.JPEG': await image(4, 4, 'jpeg'),
    'c.webp': await image(4, 4, 'webp'),
    'vector.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>',
    'without-extension': await image(4, 4),
  });
  const names = async (options: Omit<PipeOptions, 'inputs'>) =>
    (await planAll({ inputs: [`${root}/*`], out: path.join(root, 'out'), ...options })).map(
      ({ job, error }) => (job ? `${path.basename(job.outputPath)} ${job.format}` : error?.code),
    );
  const same = await names({});
  t.deepEqual(same.toSpliced(3, 1), [
    'b.JPEG jpeg',
    'c.webp webp',
    'really-a-jpeg.jpg jpeg',
    'without-extension.png png',
  ]);
  t.true(['vector.png png', 'E_UNSUPPORTED'].includes(same[3] ?? ''));
  t.deepEqual((await names({ format: 'jpeg' })).slice(0, 2), ['b.JPEG jpeg', 'c.jpg jpeg']);
});

test('a record names its own output, whose extension is its format', async (t) => {
  const { job, out } = await planOne(t, [4, 4], {}, { dst: 'x/b.webp' });
  t.like(job, { outputPath: path.join(out, 'x', 'b.webp'), format: 'webp' });
  t.like((await planOne(t, [4, 4], {}, { dst: 'b.webp', format: 'png', quality: 5 })).job, {
    format: 'png',
    quality: 5,
  });
});

test('names from the header and from the bytes', async (t) => {
  const { job, root } = await planOne(t, [30, 20], {
    name: '{width}x{height}-{scale}-{hash:12}.{ext}',
    width: 45,
  });
  const hash = createHash('sha256')
    .update(await readFile(path.join(root, 'a.png')))
    .digest('hex')
    .slice(0, 12);
  t.is(path.basename(job!.outputPath), `45x30-1.5-${hash}.png`);
});

test('a result that is there: refused with a hint, skipped, or replaced', async (t) => {
  const root = await makeTree(t, { 'in/a.png': await image(4, 4), 'out/a.png': 'old' });
  const inputs = [`${root}/in`];
  const out = path.join(root, 'out');
  const [refused] = await planAll({ inputs, out });
  t.is(refused?.error?.code, 'E_EXISTS');
  t.regex(refused?.error?.hint ?? '', /--skip-existing.*--overwrite/);
  const [skipped] = await planAll({ inputs, out, skipExisting: true });
  t.deepEqual(skipped?.ticket.end, {
    status: 'skipped',
    reason: `${path.join(out, 'a.png')} is already there.`,
  });
  const [replaced] = await planAll({ inputs, out, overwrite: true });
  t.is(replaced?.job?.outputPath, path.join(out, 'a.png'));
});

test('what is skipped is not even opened', async (t) => {
  const root = await makeTree(t, { 'in/a.png': 'no image at all', 'out/a.png': 'old' });
  const options = { inputs: [`${root}/in`], out: path.join(root, 'out') };
  const [skipped] = await planAll({ ...options, skipExisting: true });
  t.is(skipped?.ticket.end?.status, 'skipped');
  const [opened] = await planAll({ ...options, overwrite: true });
  t.is(opened?.error?.code, 'E_UNSUPPORTED');
});

test('two sources with one output: both are refused and named, the others go on', async (t) => {
  const root = await makeTree(t, {
    'in/a.png': await image(4, 4),
    'in/a.jpg': await image(4, 4, 'jpeg'),
    'in/b.png': await image(4, 4),
  });
  const planned = await planAll({ inputs: [`${root}/in`], out: path.join(root, 'out'), format: 'webp' });
  t.deepEqual(
    planned.map(({ job, error }) => job?.action ?? error?.code),
    ['E_COLLISION', 'E_COLLISION', 'upscale'],
  );
  t.true(planned[0]?.error?.message.includes(path.join(root, 'in', 'a.png')));
  t.true(planned[1]?.error?.message.includes(path.join(root, 'in', 'a.jpg')));
  const told = await planAll({
    inputs: [`${root}/in`],
    out: path.join(root, 'out'),
    format: 'webp',
    name: '{name}.{srcext}.{ext}',
  });
  t.deepEqual(
    told.map(({ error }) => error),
    [undefined, undefined, undefined],
  );
});

test('a list that can be read once: the first of two has the output', async (t) => {
  const root = await makeTree(t, { 'x/a.png': await image(4, 4), 'y/a.png': await image(4, 4) });
  const sources = ['x/a.png', 'y/a.png', 'x/a.png'].map((name) => path.join(root, name));
  const planned = await planAll({
    inputs: { kind: 'iterable', sources },
    out: path.join(root, 'out'),
    name: '{name}.{ext}',
  });
  t.deepEqual(
    planned.map(({ job, error }) => job?.action ?? error?.code),
    ['upscale', 'E_COLLISION', 'E_COLLISION'],
  );
  t.true(planned[1]?.error?.message.includes(`that of ${sources[0]!} as well`));
  t.regex(planned[2]?.error?.message ?? '', /the same source a second time/);
});

test('collisions that only the headers show are found as they come', async (t) => {
  const root = await makeTree(t, { 'a.png': await image(4, 4, 'jpeg'), 'a.jpg': await image(4, 4, 'jpeg') });
  const planned = await planAll({ inputs: [`${root}/*.{png,jpg}`], out: path.join(root, 'out') });
  t.deepEqual(
    planned.map(({ job, error }) => job?.outputPath ?? error?.code),
    [path.join(root, 'out', 'a.jpg'), 'E_COLLISION'],
  );
});

test('an input is never replaced, be it the own one or that of another', async (t) => {
  const root = await makeTree(t, {
    'in/a.png': await image(4, 4),
    'in/a_2x.png': await image(4, 4),
  });
  const codes = async (options: Partial<PipeOptions>) =>
    (await planAll({ inputs: [`${root}/in`], overwrite: true, ...options })).map(
      ({ job, error }) => error?.code ?? job?.action,
    );
  t.deepEqual(await codes({}), ['E_OVERWRITE_INPUT', 'upscale']);
  t.deepEqual(await codes({ out: path.join(root, 'in') }), ['E_OVERWRITE_INPUT', 'E_OVERWRITE_INPUT']);
  t.deepEqual(await codes({ name: '{name}.{ext}', overwrite: false, skipExisting: true }), [
    'E_OVERWRITE_INPUT',
    'E_OVERWRITE_INPUT',
  ]);
  const sources = [path.join(root, 'in', 'a_2x.png'), path.join(root, 'in', 'a.png')];
  t.deepEqual(await codes({ inputs: { kind: 'iterable', sources } }), ['upscale', 'E_OVERWRITE_INPUT']);
});

test('an input is not replaced by way of a link either', async (t) => {
  const root = await makeTree(t, {
    'in/a.png': await image(4, 4),
    'in/b.png': await image(4, 4),
    'out/': '',
  });
  await link(path.join(root, 'in', 'a.png'), path.join(root, 'out', 'a.png'));
  await symlink(path.join(root, 'in'), path.join(root, 'linked'), 'dir');
  const [hard] = await planAll({
    inputs: [`${root}/in/a.png`],
    out: path.join(root, 'out'),
    overwrite: true,
  });
  t.is(hard?.error?.code, 'E_OVERWRITE_INPUT');
  const name = '{name}.{ext}';
  for (const [inputs, out] of [
    ['in', 'linked'],
    ['linked', 'in'],
  ] as const) {
    const planned = await planAll({
      inputs: [`${root}/${inputs}/`],
      out: path.join(root, out),
      name,
      overwrite: true,
    });
    t.deepEqual(
      planned.map(({ error }) => error?.code),
      ['E_OVERWRITE_INPUT', 'E_OVERWRITE_INPUT'],
      inputs,
    );
  }
  // b's result would go where a is, by another way than the one by which a was found
  for (const [found, written] of [
    ['linked', 'in'],
    ['in', 'linked'],
  ] as const) {
    const records = [
      { src: path.join(root, found, 'a.png'), dst: path.join(root, 'elsewhere.png') },
      { src: path.join(root, found, 'b.png'), dst: path.join(root, written, 'a.png') },
    ];
    await writeFile(path.join(root, 'list'), records.map((record) => JSON.stringify(record)).join('\n'));
    const inputs = { kind: 'list-file', path: path.join(root, 'list'), format: 'ndjson' } as const;
    const crossed = await planAll({ inputs, overwrite: true });
    t.deepEqual(
      crossed.map(({ error, job }) => error?.code ?? job?.action),
      ['upscale', 'E_OVERWRITE_INPUT'],
      found,
    );
  }
});

test('bad sources fail one by one, each with its code', async (t) => {
  const root = await makeTree(t, {
    'in/bomb.png': await image(200, 200),
    'in/empty.png': '',
    'in/text.png': 'hello',
    'in/x.png/': '',
    'in/fine.png': await image(4, 4),
  });
  const planned = await planAll({
    inputs: [`${root}/in/*.png`, `${root}/in/missing.png`],
    out: path.join(root, 'out'),
    maxPixels: 10_000,
  });
  t.deepEqual(
    planned.map(({ src, job, error }) => [path.basename(src), error?.code ?? job?.action]),
    [
      ['bomb.png', 'E_TOO_LARGE'],
      ['empty.png', 'E_EMPTY'],
      ['fine.png', 'upscale'],
      ['text.png', 'E_UNSUPPORTED'],
      ['x.png', 'E_NOT_A_FILE'],
      ['missing.png', 'E_NOT_FOUND'],
    ],
  );
  for (const { error, src } of planned) if (error) t.true(error.message.includes(src), error.message);
});

test('an entry that is no source, an unknown network, a result out of bounds', async (t) => {
  t.is((await planOne(t, [4, 4], {}, { scale: -1 })).error?.code, 'E_LIST');
  t.is((await planOne(t, [4, 4], {}, { model: 'none' })).error?.code, 'E_MODEL');
  const { error } = await planOne(t, [400, 4], { scale: 50, format: 'webp' });
  t.is(error?.code, 'E_TOO_LARGE');
  t.regex(error?.message ?? '', /20000×200, but webp ends at 16383 pixels a side/);
});

test('a place where nothing can be written is told in plan', async (t) => {
  const root = await makeTree(t, { 'a.png': await image(4, 4), 'out/a.png/': '', file: '' });
  const inputs = [path.join(root, 'a.png')];
  const [directory] = await planAll({ inputs, out: path.join(root, 'out'), overwrite: true });
  t.is(directory?.error?.code, 'E_WRITE');
  const [below] = await planAll({ inputs, out: path.join(root, 'file', 'out') });
  t.is(below?.error?.code, 'E_WRITE');
});

test('a dry run plans, writes nothing, and its record says what would be', async (t) => {
  const { ticket, job, out, root } = await planOne(t, [30, 20], { dryRun: true });
  t.is(job, undefined);
  t.like(outcomeOf(ticket), { status: 'planned', passes: [2], inputWidthPx: 30 });
  t.true(ticket.job?.outputPath.startsWith(out));
  t.deepEqual(await readdir(root), ['a.png']);
});

test('a file that shrinks to nothing between find and plan is a failure of its own', async (t) => {
  const root = await makeTree(t, { 'a.png': await image(4, 4), 'b.png': await image(4, 4) });
  const settings = await settingsOf({
    engine: 'resize',
    inputs: [`${root}/*.png`],
    out: path.join(root, 'out'),
  });
  const keyOf = openPathKeys(settings);
  const work = plan(
    { settings, networks: openKernels(), keyOf, signal: new AbortController().signal, ...placesOf(settings) },
    await survey(settings, keyOf),
  );
  const sources = find(settings, new AbortController().signal);
  const first = await take(sources);
  await truncate(first.path);
  const second = await take(sources);
  await t.throwsAsync(work(first, openTicket(first)) as Promise<unknown>, { code: 'E_EMPTY' });
  t.truthy(await work(second, openTicket(second)));
});
