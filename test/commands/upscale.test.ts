import { spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { shell, srgan, startSrgan, type Ran } from '../helpers/cli.js';
import { draw, pipelineOf, save } from '../helpers/images.js';
import { savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix, testWhere } from '../helpers/where.js';

const resize = '--engine resize';

/** A directory with images, and one for temp files that must be empty at the end. */
async function place(t: ExecutionContext) {
  const cwd = await makeTree(t, ['tmp/']);
  await savePngs(cwd, ['a.png'], 20, 12);
  await save(join(cwd, 'b.jpg'), pipelineOf(draw({ widthPx: 16, heightPx: 10 })).jpeg());
  const env = { TMPDIR: join(cwd, 'tmp') };
  return {
    cwd,
    env,
    run: (args: string): Promise<Ran> => srgan(['upscale', ...args.split(' ')], { cwd, env }),
    sh: (command: string): Promise<Ran> => shell(`set -o pipefail; ${command}`, { cwd, env }),
    factsOf: async (name: string) => {
      const { width, height, format } = await sharp(join(cwd, name)).metadata();
      return `${width}×${height} ${format}`;
    },
    /** The network's runtime leaves files of its own there. */
    checkTemp: async () => {
      const left = await readdir(join(cwd, 'tmp'));
      t.deepEqual(
        left.filter((name) => name.startsWith('srgan')),
        [],
      );
    },
  };
}

test('from a file to a file; the name of the result says its format, and its directory is made', async (t) => {
  const { run, factsOf } = await place(t);
  for (const [args, name, facts] of [
    [`a.png x/y/a.png`, 'x/y/a.png', '40×24 png'],
    [`a.png a.webp ${resize} --scale 3`, 'a.webp', '60×36 webp'],
    [`b.jpg b ${resize} --width 50 --height 50`, 'b', '50×31 jpeg'],
    [`b.jpg b.TIF ${resize} --format tiff`, 'b.TIF', '32×20 tiff'],
    [`b.jpg b.data ${resize} --format png`, 'b.data', '32×20 png'],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(args);
    t.is(exitCode, 0, stderr);
    t.is(stdout, '');
    t.regex(stderr, /^Upscaled 1 image in /);
    t.is(await factsOf(name), facts);
  }
});

test('through standard input and output: the same bytes, in the format of the source or the one asked for', async (t) => {
  const { sh, run, cwd, factsOf, checkTemp } = await place(t);
  t.is((await run('a.png whole.png')).exitCode, 0);
  const whole = await readFile(join(cwd, 'whole.png'));
  for (const command of [
    'cat a.png | $SRGAN upscale - - > 1',
    '$SRGAN upscale a.png - > 1',
    '$SRGAN upscale - 1 < a.png',
  ]) {
    const { exitCode, stderr } = await sh(`rm -f 1; ${command}`);
    t.is(exitCode, 0, stderr);
    t.deepEqual(await readFile(join(cwd, '1')), whole, command);
    await checkTemp();
  }
  const jpeg = await sh(
    `cat b.jpg | $SRGAN upscale -q - - ${resize} > 2; $SRGAN upscale -q - - ${resize} -f webp < b.jpg > 3`,
  );
  t.is(jpeg.exitCode, 0, jpeg.stderr);
  t.is(jpeg.stderr, '');
  t.is(await factsOf('2'), '32×20 jpeg');
  t.is(await factsOf('3'), '32×20 webp');
  await checkTemp();
});

test('a bad image: exit 1, one sentence under the name that is known, and nothing comes out', async (t) => {
  const { run, cwd, env, checkTemp } = await place(t);
  const png = await readFile(join(cwd, 'a.png'));
  for (const [stdin, sentence] of [
    [png.subarray(0, png.length - 200), /^srgan: standard input: ends too early; the file is incomplete\.$/m],
    ['', /^srgan: standard input: is empty\.$/m],
    ['no image', /^srgan: standard input: is not an image of a supported kind\.$/m],
  ] as const) {
    for (const out of ['-', 'new.png']) {
      const { exitCode, stdout, stderr } = await srgan(['upscale', '-', out, '--engine', 'resize'], {
        cwd,
        env,
        stdin,
      });
      t.is(exitCode, 1, stderr);
      t.is(stdout, '');
      t.regex(stderr, sentence);
      t.false(stderr.includes('    at '));
      await checkTemp();
    }
  }
  t.regex((await run(`gone.png new.png`)).stderr, /^srgan: gone\.png: does not exist\.$/m);
  t.regex(
    (await run(`a.png - --max-pixels 9`)).stderr,
    /^srgan: a\.png: is 20×12, over the limit of 9 pixels\.$/m,
  );
  t.false((await readdir(cwd)).includes('new.png'));
});

test('what is there stays unless --overwrite, and an image is never replaced by its own result', async (t) => {
  const { run, cwd } = await place(t);
  await writeFile(join(cwd, 'there.png'), 'theirs');
  const refused = await run(`a.png there.png ${resize}`);
  t.is(refused.exitCode, 1);
  t.is(refused.stderr, 'srgan: there.png: is already there.\n  Take --overwrite to replace it.\n');
  t.is(await readFile(join(cwd, 'there.png'), 'utf8'), 'theirs');
  t.is((await run(`a.png there.png --overwrite ${resize}`)).exitCode, 0);
  const before = await readFile(join(cwd, 'a.png'));
  const own = await run(`a.png a.png --overwrite ${resize}`);
  t.is(own.exitCode, 1);
  t.regex(own.stderr, /^srgan: a\.png: its result would replace the input a\.png\.$/m);
  t.deepEqual(await readFile(join(cwd, 'a.png')), before);
});

test('a command line that makes no sense: exit 2, one sentence, nothing on standard output', async (t) => {
  const { run, cwd, checkTemp } = await place(t);
  await mkdir(join(cwd, 'dir'));
  for (const [args, sentence] of [
    ['a.png', /^srgan: upscale needs an image and the name of the result\.$/m],
    ['a.png x.png y.png', /^srgan: Unexpected argument: y\.png/m],
    ['a.png dir', /^srgan: dir: is a directory, but the result needs the name of a file\.$/m],
    ['a.png new/', /^srgan: new\/: is a directory/m],
    ['a.png x.bmp', /^srgan: x\.bmp: \.bmp is not the name of a format that can be written\.$/m],
    ['a.png x.jpg --format webp', /^srgan: x\.jpg: its name says jpeg, but --format says webp\.$/m],
    ['a.png - --model nope', /^srgan: nope: no network has this name\.$/m],
    ['a.png - --scale 0', /^srgan: Expected a number above 0/m],
    ['a.png - --skip-existing', /^srgan: There is no flag --skip-existing\.$/m],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(args);
    t.is(exitCode, 2, `${args}: ${stderr}`);
    t.is(stdout, '');
    t.regex(stderr, sentence);
    await checkTemp();
  }
});

onPosix('a reader that goes away is no stack trace', async (t) => {
  const { sh, checkTemp } = await place(t);
  const { exitCode, stderr } = await sh(
    `$SRGAN upscale a.png - --scale 40 ${resize} --format tiff | head -c 10 > /dev/null`,
  );
  t.is(exitCode, 141, stderr);
  t.false(stderr.includes('EPIPE'));
  t.false(stderr.includes('    at '));
  await checkTemp();
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  onPosix(`${signal} while standard input is read leaves nothing`, async (t) => {
    const { cwd, env, checkTemp } = await place(t);
    const begun = new Promise<void>((resolve) => {
      const watcher = watch(join(cwd, 'tmp'), () => {
        watcher.close();
        resolve();
      });
    });
    const run = startSrgan(['upscale', '-', '-'], { cwd, env });
    run.child.stdin?.write('the beginning');
    await begun;
    run.child.kill(signal);
    const { exitCode, stdout, stderr } = await run.ended;
    t.is(exitCode, status, stderr);
    t.is(stdout, '');
    t.regex(stderr, /^srgan: Stopped before the image was read\.$/m);
    await checkTemp();
  });
}

const pty = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const inPty = testWhere(pty, 'there is no command script');

inPty('a terminal is neither an image nor a place for one', async (t) => {
  const { cwd, sh, checkTemp } = await place(t);
  const inTerminal = (command: string) => sh(`script -qec ${JSON.stringify(command)} /dev/null`);
  const help = await inTerminal('$SRGAN upscale - out.png');
  t.is(help.exitCode, 2);
  t.regex(help.stdout, /USAGE/);
  const refused = await inTerminal('$SRGAN upscale a.png -');
  t.is(refused.exitCode, 2);
  t.regex(
    refused.stdout,
    /^srgan: Standard output is a terminal, which cannot show the bytes of an image\.\r$/m,
  );
  t.false((await readdir(cwd)).includes('out.png'));
  await checkTemp();
});

test('a directory or an empty argument is refused for what it is', async (t) => {
  const cwd = await makeTree(t, { 'photos/': '' });
  for (const [args, sentence] of [
    [['upscale', 'photos', 'out.png'], /photos: is a directory; upscale takes one image/],
    [['upscale', '', 'out.png'], /An argument is empty/],
    [['pipe', '', 'out'], /An argument is empty/],
  ] as const) {
    const { exitCode, stderr } = await srgan(args, { cwd });
    t.is(exitCode, 2);
    t.regex(stderr, sentence);
  }
});
