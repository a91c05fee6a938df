import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Outcome } from '../../../src/contract/job.js';
import type { Summary } from '../../../src/flow/summary.js';
import { srgan, startSrgan, type Ran } from '../../helpers/cli.js';
import { crashesIn, crashing } from '../../helpers/crashing.js';
import { numbered, savePngs } from '../../helpers/pngs.js';
import { makeTree } from '../../helpers/tree.js';
import { onLinux, onPosix } from '../../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const sequential = ['--engine', 'resize', '--sequential'];
const IMAGES = 12;
const names = numbered(IMAGES);
const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const records = (text: string) => lines(text).map((line) => JSON.parse(line) as Outcome);
const sorted = (items: readonly string[]) => [...items].sort();
const sources = names.map((name) => `in/${name}`);

async function treeOfImages(t: Parameters<typeof makeTree>[0]): Promise<string> {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 60, 60);
  return cwd;
}

/** The bytes of all results by their names. */
async function resultsIn(directory: string): Promise<Map<string, string>> {
  const found = sorted((await readdir(directory)).filter((name) => !name.startsWith('.')));
  return new Map(
    await Promise.all(
      found.map(async (name) => [name, await readFile(join(directory, name), 'latin1')] as const),
    ),
  );
}

const deaths = ({ stderr }: Ran) => stderr.match(/The process died of/g)?.length ?? 0;

onPosix('two images that crash the process are named, and all others are done, each told once', async (t) => {
  const cwd = await treeOfImages(t);
  const env = crashing(
    cwd,
    { index: 3, stage: 'decode', signal: 'SIGSEGV' },
    { index: 8, stage: 'encode', signal: 'SIGABRT' },
  );
  const args = ['pipe', 'in', 'out', ...resize, '--ndjson-out', '--errors-log', 'errors.ndjson'];
  const run = await srgan(args, { cwd, env });

  t.is(run.exitCode, 1, run.stderr);
  const told = records(run.stdout);
  t.deepEqual(sorted(told.map(({ src }) => src)), sources);
  const lost = told.filter(({ status }) => status === 'failed');
  t.deepEqual(sorted(lost.map(({ src }) => src)), ['in/003.png', 'in/008.png']);
  t.true(lost.every(({ code }) => code === 'E_WORKER_LOST'));
  t.deepEqual(
    records(await readFile(join(cwd, 'errors.ndjson'), 'utf8')).map(({ index }) => index),
    lost.map(({ index }) => index),
  );
  t.deepEqual(await crashesIn(cwd), [3, 3, 8, 8], 'no image took the process along more than twice');
  t.regex(run.stderr, /^Upscaled 10 images in .*, 2 failed\.$/m);
  t.regex(run.stderr, /E_WORKER_LOST in\/003\.png: .* died twice .* of SIGSEGV\.$/m);

  await srgan(['pipe', 'in', 'calm', ...resize], { cwd });
  const calm = await resultsIn(join(cwd, 'calm'));
  calm.delete('003.png');
  calm.delete('008.png');
  t.deepEqual(await resultsIn(join(cwd, 'out')), calm);
  t.deepEqual(
    (await readdir(join(cwd, 'out'))).filter((name) => name.startsWith('.')),
    [],
    'no temp file is left',
  );
});

onPosix(
  'an image that is innocent of a crash is done; the JSON is one document with the totals of all',
  async (t) => {
    const cwd = await treeOfImages(t);
    const env = crashing(cwd, { index: 5, stage: 'write', signal: 'SIGKILL', times: 1 });
    const run = await srgan(['pipe', '-', 'out', '--base', 'in', ...resize, '--json'], {
      cwd,
      env,
      stdin: `${sources.join('\n')}\n`,
    });
    t.is(run.exitCode, 0, run.stderr);
    t.is(deaths(run), 1);
    const { images, summary } = JSON.parse(run.stdout) as { images: Outcome[]; summary: Summary };
    t.deepEqual(sorted(images.map(({ src }) => src)), sources);
    t.is(summary.counts.done, IMAGES);
    t.is(summary.inputPixels, IMAGES * 60 * 60);
    t.is(summary.sources, IMAGES);
  },
);

onPosix(
  'a batch keeps its id, its journal and its bytes over a crash; nothing is left to be taken up',
  async (t) => {
    const cwd = await treeOfImages(t);
    const env = crashing(cwd, { index: 4, stage: 'upscale', signal: 'SIGBUS', times: 1 });
    const run = await srgan(['batch', 'in', 'out', ...resize], { cwd, env });
    t.is(run.exitCode, 0, run.stderr);
    t.is(deaths(run), 1);
    const [, id = ''] = /^Batch (\S+)$/m.exec(run.stderr) ?? [];
    t.regex(run.stderr, /Processed 12 of 12 images in .* \(0 skipped, 0 failed\)\n$/);
    t.is(lines(run.stdout).length, IMAGES);

    const status = await srgan(['batch', 'status', 'out', '--json'], { cwd });
    const { state, counts } = JSON.parse(status.stdout) as { state: string; counts: { done: number } };
    t.is(state, 'finished');
    t.is(counts.done, IMAGES);
    const again = await srgan(['batch', 'out', '--resume', id], { cwd });
    t.is(again.stdout, '');
    t.regex(again.stderr, /Processed 0 of 12 images in .* \(12 skipped, 0 failed\)\n$/);

    await srgan(['batch', 'in', 'calm', ...sequential], { cwd });
    t.deepEqual(await resultsIn(join(cwd, 'out')), await resultsIn(join(cwd, 'calm')));
  },
);

onPosix('--retry-failed takes up an image that the process was lost at', async (t) => {
  const cwd = await treeOfImages(t);
  const env = crashing(cwd, { index: 2, stage: 'decode', signal: 'SIGSEGV' });
  const lost = await srgan(['pipe', 'in', 'out', ...resize, '--resume'], { cwd, env });
  t.is(lost.exitCode, 1, lost.stderr);
  const again = await srgan(['pipe', 'in', 'out', ...resize, '--retry-failed'], { cwd });
  t.is(again.exitCode, 0, again.stderr);
  t.is(again.stdout, 'out/002.png\n');
});

onPosix('--fail-fast counts an image that the process was lost at', async (t) => {
  const cwd = await treeOfImages(t);
  const env = crashing(cwd, { index: 1, stage: 'decode', signal: 'SIGSEGV' });
  const run = await srgan(['pipe', 'in', 'out', ...sequential, '--fail-fast'], {
    cwd,
    env,
  });
  t.is(run.exitCode, 1);
  t.is(deaths(run), 2);
  t.regex(run.stderr, /^Stopped at the first failure, as asked\.$/m);
  t.is(run.stdout, 'out/000.png\n');
});

onPosix('without a parent a crash ends the run', async (t) => {
  const cwd = await treeOfImages(t);
  const env = crashing(cwd, { index: 3, stage: 'decode', signal: 'SIGSEGV' });
  const run = await srgan(['pipe', 'in', 'out', ...resize, '--no-supervise'], { cwd, env });
  t.is(run.signal, 'SIGSEGV');
});

/** The process that does the work, once it runs. */
async function childOf(pid = 0): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const child = Number(children.split(' ')[0]);
    if (child > 0) return child;
  }
}

/** A process that nobody waits for stays as a zombie where the first process of a container does not care. */
async function hasEnded(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') Z');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

onLinux('a list goes on where it was when the process that read it is killed', async (t) => {
  const cwd = await treeOfImages(t);
  const run = startSrgan(['pipe', '-', 'out', '--base', 'in', ...resize, '-0'], { cwd });
  // the last entry is cut off by the kill
  run.child.stdin?.write(`${sources.slice(0, 6).join('\0')}\0in/00`);
  await run.saysOnStdout(/000\.png/);
  process.kill(await childOf(run.child.pid), 'SIGKILL');
  await run.saysOnStderr(/The process died of SIGKILL/);
  run.child.stdin?.end(`6.png\0${sources.slice(7).join('\0')}\0`);
  const ended = await run.ended;
  t.is(ended.exitCode, 0, ended.stderr);
  t.deepEqual(
    sorted(ended.stdout.split('\0').filter(Boolean)),
    names.map((name) => `out/${name}`),
  );
});

onLinux('a process that dies again and again without an image to blame is given up', async (t) => {
  const cwd = await treeOfImages(t);
  const run = startSrgan(['pipe', '-', 'out', '--base', 'in', ...resize], { cwd });
  run.child.stdin?.write('in/000.png\n');
  await run.saysOnStdout(/000\.png/);
  for (let deaths = 0; run.child.exitCode === null && deaths < 10; deaths++) {
    const child = await childOf(run.child.pid).catch(() => 0);
    if (child > 0) process.kill(child, 'SIGKILL');
    const said = run.saysOnStderr(new RegExp(`(died of SIGKILL[^]*){${deaths + 1}}`));
    await Promise.race([said.catch(() => undefined), run.ended]);
  }
  const { exitCode, stderr } = await run.ended;
  t.is(exitCode, 1, stderr);
  t.regex(stderr, /The process died of SIGKILL, again and again, without an image to blame for it\.$/m);
});

onLinux('a parent that is killed takes the process and the temp files along', async (t) => {
  const cwd = await makeTree(t);
  const temporary = join(cwd, 'tmp');
  await savePngs(temporary, ['x.png'], 8, 8);
  await savePngs(cwd, ['small.png', 'big.png'], 16, 16);
  await savePngs(cwd, ['big.png'], 600, 600);
  const run = startSrgan(['pipe', '-', 'out', '--base', '.', '--model', 'esrgan-medium'], {
    cwd,
    env: { TMPDIR: temporary },
  });
  run.child.stdin?.write('small.png\nbig.png\n');
  await run.saysOnStdout(/small\.png/);
  const child = await childOf(run.child.pid);
  run.child.kill('SIGKILL');
  // the pipes close when the last process that holds them has ended
  t.is((await run.ended).signal, 'SIGKILL');
  t.true(await hasEnded(child));
  t.deepEqual(await readdir(join(cwd, 'out')), ['small.png']);
  t.deepEqual(await readdir(temporary), ['x.png']);
});

onPosix('a crash before any image ends in a plain sentence', async (t) => {
  const cwd = await treeOfImages(t);
  const dies = 'if (process.env.SRGAN_WATCH) process.kill(process.pid, 11)';
  const preload = `data:text/javascript,${encodeURIComponent(dies)}`;
  const run = await srgan(['pipe', 'in', 'out', ...resize], {
    cwd,
    env: { NODE_OPTIONS: `--import=${preload}` },
  });
  t.is(run.exitCode, 1);
  t.is(run.stderr, 'srgan: The process died of SIGSEGV before it came to the first image.\n');
});

test('where nothing can be noted the run has no parent', async (t) => {
  const cwd = await treeOfImages(t);
  const run = await srgan(['pipe', 'in', 'out', ...resize], {
    cwd,
    env: { TMPDIR: join(cwd, 'nowhere'), TEMP: join(cwd, 'nowhere'), TMP: join(cwd, 'nowhere') },
  });
  t.is(run.exitCode, 0, run.stderr);
  t.is(lines(run.stdout).length, IMAGES);
});

test('nothing is left in the directory for temporary files', async (t) => {
  const cwd = await treeOfImages(t);
  const temporary = await makeTree(t);
  t.not(temporary, tmpdir());
  await srgan(['pipe', 'in', 'out', ...resize], { cwd, env: { TMPDIR: temporary, TEMP: temporary } });
  t.deepEqual(await readdir(temporary), []);
});
