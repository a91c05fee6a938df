import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { shell, srgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux } from '../helpers/where.js';

const resize = '--engine resize --threads 2';

/** Descriptors that are open while a run starts are few enough, or it says at once that they are not. */
for (const [limit, command] of [
  [24, 'pipe in out'],
  [32, 'upscale in/a.png out.png'],
  [48, 'batch in out'],
  [64, 'pipe in out'],
  [95, 'pipe in out --max-open-files 200'],
] as const) {
  onLinux(`of ${limit} files that may be open it says that they are too few`, async (t) => {
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), ['a.png'], 16, 16);
    const run = await shell(`ulimit -n ${limit}; exec $SRGAN ${command}`, { cwd });
    t.is(run.exitCode, 2, run.stderr);
    t.is(
      run.stderr,
      `srgan: Only ${limit} files may be open at a time, but srgan needs 96.\n  Raise the limit: ulimit -n 1024.\n`,
    );
    t.deepEqual(await readdir(cwd), ['in']);
  });
}

for (const [limit, engine] of [
  [96, resize],
  [96, '--threads 8'],
  [128, resize],
] as const) {
  onLinux(`with ${limit} open files all images are done: ${engine}`, async (t) => {
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), numbered(40), 16, 16);
    const run = await shell(`ulimit -n ${limit}; exec $SRGAN pipe in out --ndjson-out ${engine}`, { cwd });
    t.is(run.exitCode, 0, run.stderr);
    t.false(run.stdout.includes('"tries"'), 'and none had to be tried again');
    t.deepEqual((await readdir(join(cwd, 'out'))).sort(), numbered(40));
  });
}

test('--max-open-files below what the program itself has open: one image at a time, and all are done', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(6), 16, 16);
  const run = await srgan(['pipe', 'in', 'out', ...resize.split(' '), '--max-open-files', '1'], { cwd });
  t.is(run.exitCode, 0, run.stderr);
  t.is((await readdir(join(cwd, 'out'))).length, 6);
});

/** Modules of these names fail to load, as they do where too many files are open. */
const withoutModules = (names: string) => {
  const hook = `export async function resolve(name, context, next) {
    if (new RegExp(${JSON.stringify(names)}).test(name))
      throw Object.assign(new Error('EMFILE: too many open files, open ' + name), { code: 'EMFILE' });
    return next(name, context);
  }`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
  return { NODE_OPTIONS: `--import=${dataUrl(preload)}` };
};
const dataUrl = (code: string) => `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;

test('a program whose modules can no longer be opened ends with a sentence, that of errors included', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 16, 16);
  const args = ['pipe', 'in', 'out', ...resize.split(' ')];
  const some = await srgan(args, { cwd, env: withoutModules('chunks/pipe-') });
  t.is(some.exitCode, 2);
  t.is(some.stderr, 'srgan: Too many files are open.\n  Raise the limit: ulimit -n 1024.\n');
  const all = await srgan(args, { cwd, env: withoutModules('chunks/(pipe|explain)-') });
  t.is(all.exitCode, 2);
  t.regex(all.stderr, /^srgan: The program cannot be loaded: EMFILE: too many open files, open \S+\n$/);
});
