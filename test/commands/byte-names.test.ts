import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openSweep } from '../../src/system/files/left-over.js';
import { bytesOf } from '../../src/system/files/file-names.js';
import { tempName } from '../../src/system/files/temp-files.js';
import { shell } from '../helpers/cli.js';
import { crashing } from '../helpers/crashing.js';
import { savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux } from '../helpers/where.js';

const resize = '--engine resize --threads 1';
const env = { SRGAN_SUPERVISE: 'no' };

/** Names are written here byte by byte, as latin1 has them. */
const onDisk = (cwd: string, name: string) =>
  Buffer.concat([Buffer.from(`${cwd}/`), Buffer.from(name, 'latin1')]);

/** A directory with an image under each of these names. */
async function directoryWith(t: ExecutionContext, names: readonly string[]): Promise<string> {
  const cwd = await makeTree(t);
  const [image] = await savePngs(cwd, ['made.png'], 8, 8);
  for (const name of names) {
    mkdirSync(onDisk(cwd, dirname(name)), { recursive: true });
    copyFileSync(image!, onDisk(cwd, name));
  }
  return cwd;
}

/** All files below, temp files and journals too, sorted. */
function filesIn(cwd: string, ...directories: string[]): string[] {
  const { stdout } = spawnSync('find', [...directories, '-type', 'f', '-print0'], { cwd });
  return stdout.toString('latin1').split('\0').filter(Boolean).sort();
}

const saidIn = (cwd: string, file: string, end = '\n') =>
  readFileSync(join(cwd, file), 'latin1').split(end).filter(Boolean).sort();

const NAMES = ['in/b\xfe.png', 'in/b\xff.png', 'in/good.png', 'in/s\xff/caf\xe9].png'];

onLinux(
  'a directory: results and their paths on standard output have the bytes of the sources',
  async (t) => {
    const cwd = await directoryWith(t, NAMES);
    const { exitCode, stdout, stderr } = await shell(
      `$SRGAN pipe in out ${resize} > paths && $SRGAN pipe in out --skip-existing --json ${resize}`,
      { cwd, env },
    );
    t.is(exitCode, 0, stderr);
    const results = NAMES.map((name) => name.replace(/^in/, 'out'));
    t.deepEqual(filesIn(cwd, 'out'), results);
    t.deepEqual(saidIn(cwd, 'paths'), results);
    t.false(stdout.includes('\ufffd'));
    const { images } = JSON.parse(stdout) as { images: { src: string; status: string }[] };
    const told = images.map(({ src, status }) => `${bytesOf(src).toString('latin1')} ${status}`);
    t.deepEqual(
      told.sort(),
      NAMES.map((name) => `${name} skipped`),
    );
  },
);

onLinux('globs, lists of lines and with NUL, and --files-from take them', async (t) => {
  const cwd = await directoryWith(t, NAMES);
  const { exitCode, stderr } = await shell(
    [
      'set -e -o pipefail',
      `$SRGAN pipe 'in/b?.png' globbed ${resize} > /dev/null`,
      "find in -name '*.png' > lines",
      `$SRGAN pipe --files-from lines listed ${resize} > /dev/null`,
      `$SRGAN pipe - streamed ${resize} < lines > /dev/null`,
      `find in -name '*.png' -print0 | $SRGAN pipe -0 - ${resize} > paths`,
      'xargs -0 ls -d < paths > /dev/null',
    ].join('\n'),
    { cwd, env },
  );
  t.is(exitCode, 0, stderr);
  t.deepEqual(filesIn(cwd, 'globbed'), ['globbed/b\xfe.png', 'globbed/b\xff.png']);
  t.deepEqual(
    filesIn(cwd, 'listed'),
    NAMES.map((name) => name.replace(/^in/, 'listed')),
  );
  t.deepEqual(
    filesIn(cwd, 'streamed'),
    NAMES.map((name) => `streamed/${name}`),
  );
  const beside = NAMES.map((name) => name.replace('.png', '_2x.png'));
  t.deepEqual(saidIn(cwd, 'paths', '\0'), beside);
  t.deepEqual(filesIn(cwd, 'in'), [...NAMES, ...beside].sort());
});

onLinux('records of --ndjson-out are a list for --ndjson', async (t) => {
  const cwd = await directoryWith(t, NAMES);
  const first = await shell(`$SRGAN pipe in out --ndjson-out ${resize}`, { cwd, env });
  t.is(first.exitCode, 0, first.stderr);
  t.true(first.stdout.includes('"src":"in/b\\udcff.png"'));
  const records = first.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { src: string; dst: string });
  const jobs = records.map(({ src, dst }) => JSON.stringify({ src: dst, dst: src.replace('in/', 'again/') }));
  // what is spelled byte by byte is the same file
  await savePngs(join(cwd, 'in'), ['\u00e9.png'], 8, 8);
  jobs.push(String.raw`{"src":"in/\udcc3\udca9.png","dst":"again/\udcc3\udca9.png"}`);
  const stdin = jobs.join('\n');
  const second = await shell(`$SRGAN pipe --ndjson - --ndjson-out ${resize}`, { cwd, env, stdin });
  t.is(second.exitCode, 0, second.stderr);
  t.deepEqual(
    filesIn(cwd, 'again'),
    [...NAMES.map((name) => name.replace('in/', 'again/')), 'again/\xc3\xa9.png'].sort(),
  );
  t.true(second.stdout.includes('"src":"in/\u00e9.png"'));
});

onLinux('a batch with such names is taken up again by its journal', async (t) => {
  const cwd = await directoryWith(t, NAMES);
  const out = String.raw`$'o\xfd'`;
  const { exitCode, stderr } = await shell(
    [
      'set -e',
      `$SRGAN batch in ${out} -r --batch-id x ${resize} > first`,
      String.raw`rm ${out}/b$'\xff'.png; printf damaged > ${out}/s$'\xff'/caf$'\xe9'].png`,
      `$SRGAN batch ${out} --resume x > second`,
      `$SRGAN batch status ${out} --json > status`,
    ].join('\n'),
    { cwd, env },
  );
  t.is(exitCode, 0, stderr);
  const results = NAMES.map((name) => name.replace(/^in/, 'o\xfd'));
  t.deepEqual(saidIn(cwd, 'first'), results);
  t.deepEqual(saidIn(cwd, 'second'), [results[1], results[3]]);
  t.deepEqual(filesIn(cwd, '.'), expectedAfterBatch(results));
  const status = JSON.parse(readFileSync(join(cwd, 'status'), 'utf8')) as { counts: { done: number } };
  t.is(status.counts.done, 4);
});

const expectedAfterBatch = (results: readonly string[]) =>
  [...NAMES, ...results, 'o\xfd/.srgan/x.ndjson', 'first', 'second', 'status', 'made.png']
    .map((name) => `./${name}`)
    .sort();

onLinux(
  'two names that differ in such a byte are two files, two files of one name are refused',
  async (t) => {
    const cwd = await directoryWith(t, ['x/b\xfe.png', 'x/b\xff.png', 'y/b\xff.png']);
    const { stderr } = await shell(
      [
        `$SRGAN pipe x y out --name '{name}.png' ${resize} > /dev/null`,
        String.raw`printf 'x/b\xfe.png\nx/b\xff.png\ny/b\xff.png\n' > list`,
        `$SRGAN pipe - listed --name '{name}.png' ${resize} < list > /dev/null`,
      ].join('\n'),
      { cwd, env },
    );
    t.deepEqual(
      stderr.split('\n').filter((line) => line.includes('E_COLLISION')),
      [
        String.raw`  E_COLLISION x/b\xff.png: its result out/b\xff.png would be that of y/b\xff.png as well.`,
        String.raw`  E_COLLISION y/b\xff.png: its result out/b\xff.png would be that of x/b\xff.png as well.`,
        String.raw`  E_COLLISION y/b\xff.png: its result listed/b\xff.png would be that of x/b\xff.png as well.`,
      ],
    );
    t.deepEqual(filesIn(cwd, 'out', 'listed'), ['listed/b\xfe.png', 'listed/b\xff.png', 'out/b\xfe.png']);
  },
);

onLinux(
  'what is wrong with one is told in a sentence that a terminal can show; the others are done',
  async (t) => {
    const long = `in/${'\xff'.repeat(250)}.png`;
    const cwd = await directoryWith(t, [...NAMES, long]);
    writeFileSync(onDisk(cwd, 'in/empty\xff.png'), '');
    writeFileSync(onDisk(cwd, 'in/text\xff.png'), 'no image\n');
    mkdirSync(onDisk(cwd, 'in/directory\xff.png'));
    const { stdout, stderr } = await shell(
      [
        `find in -name '*.png' | $SRGAN pipe - --errors-log errors ${resize} > /dev/null; echo $?`,
        String.raw`printf 'in/gone\xff.png\0' | $SRGAN pipe -0 - ${resize}; echo $?`,
      ].join('\n'),
      { cwd, env },
    );
    t.deepEqual(stdout.split('\n'), ['1', '1', '']);
    t.false(stderr.includes('\ufffd'), stderr);
    const failures = stderr.split('\n').filter((line) => line.startsWith('  E_'));
    t.deepEqual(failures.sort(), [
      String.raw`  E_EMPTY in/empty\xff.png: is empty.`,
      String.raw`  E_NOT_A_FILE in/directory\xff.png: is a directory.`,
      String.raw`  E_NOT_FOUND in/gone\xff.png: does not exist.`,
      String.raw`  E_UNSUPPORTED in/text\xff.png: is not an image of a supported kind.`,
      `  E_WRITE in/${String.raw`\xff`.repeat(250)}.png: the name of its result would have 257 bytes; 255 is the most.`,
    ]);
    const errors = saidIn(cwd, 'errors').map((line) => (JSON.parse(line) as { src: string }).src);
    t.true(errors.includes('in/text\udcff.png'));
    t.deepEqual(
      filesIn(cwd, 'in').filter((name) => name.includes('_2x')),
      NAMES.map((name) => name.replace('.png', '_2x.png')),
    );
  },
);

onLinux('arguments and the working directory are taken byte by byte, under a parent too', async (t) => {
  const cwd = await directoryWith(t, NAMES);
  const { exitCode, stderr } = await shell(
    [
      'set -e',
      String.raw`$SRGAN pipe in/b* $'one\xff' ${resize} > paths`,
      String.raw`$SRGAN pipe --no-supervise $'in/b\xff*' --out=$'two\xff' ${resize} > /dev/null`,
      String.raw`cd $'in/s\xff'`,
      `$SRGAN upscale *.png result.png ${resize}`,
      `$SRGAN pipe "$PWD" ../../three --include 'caf*' --journal ../../j ${resize} > /dev/null`,
      `$SRGAN pipe . ../../three --include 'caf*' --journal ../../j --resume ${resize} > ../../again`,
      `$SRGAN psnr *].png ../../made.png > /dev/null`,
    ].join('\n'),
    { cwd },
  );
  t.is(exitCode, 0, stderr);
  t.deepEqual(saidIn(cwd, 'paths'), ['one\xff/b\xfe.png', 'one\xff/b\xff.png']);
  t.deepEqual(
    filesIn(cwd, '.').filter((name) => !name.startsWith('./in/b') && name.endsWith('.png')),
    [
      './in/good.png',
      './in/s\xff/caf\xe9].png',
      './in/s\xff/result.png',
      './made.png',
      './one\xff/b\xfe.png',
      './one\xff/b\xff.png',
      './three/caf\xe9].png',
      './two\xff/b\xff.png',
    ],
  );
  t.deepEqual(saidIn(cwd, 'again'), []);
});

onLinux('an image that goes by way of the disk becomes the same file there', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['plain.png'], 160, 120);
  const name = onDisk(cwd, 'in/b\xff.png');
  copyFileSync(join(cwd, 'in/plain.png'), name);
  const to = String.raw`$'out\xff'`;
  const { exitCode, stdout, stderr } = await shell(
    `$SRGAN pipe in ${to} --max-memory 1M --scale 4 --format jpeg --ndjson-out ${resize}`,
    { cwd, env },
  );
  t.is(exitCode, 0, stderr);
  t.is(stdout.match(/"spilled":true/g)?.length, 2);
  t.deepEqual(
    filesIn(cwd, 'in', '.').filter((file) => file.startsWith('./out')),
    ['./out\xff/b\xff.jpg', './out\xff/plain.jpg'],
  );
  const results = ['b\xff', 'plain'].map((file) => readFileSync(onDisk(cwd, `out\xff/${file}.jpg`)));
  t.deepEqual(results[0], results[1]);
});

onLinux('a crash is laid to the one whose name it is', async (t) => {
  const cwd = await directoryWith(t, ['in/b\xfd.png', 'in/b\xfe.png', 'in/b\xff.png']);
  const crashes = crashing(cwd, { index: 1, stage: 'decode', signal: 'SIGSEGV' });
  const { exitCode, stderr } = await shell(
    `$SRGAN pipe in out --engine resize --sequential > paths 2> said; echo $? >> paths; cat said >&2`,
    { cwd, env: crashes },
  );
  t.is(exitCode, 0, stderr);
  t.deepEqual(saidIn(cwd, 'paths'), ['1', 'out/b\xfd.png', 'out/b\xff.png']);
  t.true(stderr.includes(String.raw`  E_WORKER_LOST in/b\xfe.png: `), stderr);
});

onLinux('a temp file that a killed run left for such a name is removed', async (t) => {
  const cwd = await makeTree(t);
  const gone = Number(execFileSync('sh', ['-c', 'echo $$']));
  const left = bytesOf(tempName('b\udcff.png').replace(`-${process.pid}-`, `-${gone}-`));
  const living = bytesOf(tempName('b\udcff.png').replace(`-${process.pid}-`, `-${process.ppid}-`));
  for (const name of [left, living]) writeFileSync(Buffer.concat([Buffer.from(`${cwd}/`), name]), '');
  await openSweep()(cwd);
  t.deepEqual(filesIn(cwd, '.'), [`./${living.toString('latin1')}`]);
});
