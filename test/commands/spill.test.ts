import { readFileSync, watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import { shell, startSrgan } from '../helpers/cli.js';
import { savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { ownMounts, testWhere } from '../helpers/where.js';

const linux = testWhere(process.platform === 'linux', 'needs /proc and ulimit as on Linux');
const posix = testWhere(process.platform !== 'win32', 'Windows has no such signals');

linux(
  'a disk that takes no more: the image fails with one sentence, the others go on, nothing is left',
  async (t) => {
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), ['big.png'], 600, 500);
    await savePngs(join(cwd, 'in'), ['small.png'], 24, 24);
    // what it decodes to has 900 kB, what it is enlarged to 3,600 kB, and the TIFF file of noise some more than 2,000
    for (const kilobytes of [500, 1500]) {
      const limited = `trap '' XFSZ; ulimit -f ${kilobytes}`;
      const command = `$SRGAN pipe in out --overwrite --engine resize --max-memory 1M --threads 2`;
      const { exitCode, stderr } = await shell(`${limited}; ${command}`, { cwd });
      t.is(exitCode, 1, stderr);
      t.regex(stderr, /big\.png: the file is larger than the file system allows\./);
      t.notRegex(stderr, /\n {4}at /);
      t.deepEqual(await readdir(join(cwd, 'out')), ['small.png']);
    }
  },
);

testWhere(ownMounts, 'no file system may be mounted here')(
  'a disk that fills up while it is decoded, enlarged or encoded: told with its code, the others go on',
  async (t) => {
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), ['big.png'], 600, 500);
    await savePngs(join(cwd, 'in'), ['small.png', 'tiny.png'], 24, 24);
    // samples of 900 kB, of 3,600 kB beside them, and then a file beside those
    for (const kilobytes of [600, 3000, 4000]) {
      const out = `out-${kilobytes}`;
      await mkdir(join(cwd, out));
      const command = `$SRGAN pipe in ${out} --engine resize --max-memory 1M --threads 2`;
      const inside = `mount -t tmpfs -o size=${kilobytes}k tmpfs ${out} && ${command}; echo \\$?; ls -A ${out}`;
      const { stdout, stderr } = await shell(`unshare -rm bash -c "${inside}"`, { cwd });
      t.deepEqual(stdout.trim().split('\n').slice(-3), ['1', 'small.png', 'tiny.png'], stderr);
      t.regex(stderr, /^ {2}E_NOSPC .*big\.png: the disk is full\.$/m);
    }
  },
);

/** A spilled image of which a temp file is there. */
async function begun(t: ExecutionContext) {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 1500, 1500);
  await mkdir(join(cwd, 'out'));
  const isThere = new Promise<void>((resolve) => {
    const watcher = watch(join(cwd, 'out'), (_, name) => {
      // other files come and go before, to learn what the file system can do
      if (name?.includes('a.png') !== true) return;
      watcher.close();
      resolve();
    });
  });
  const args = ['pipe', 'in', 'out', '--engine', 'resize', '--max-memory', '1M', '--scale', '4'];
  const run = startSrgan(args, { cwd });
  await isThere;
  return { run, left: () => readdir(join(cwd, 'out')) };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  posix(`${signal} twice in the middle of an image: no temp file is left`, async (t) => {
    const { run, left } = await begun(t);
    run.child.kill(signal);
    await run.saysOnStderr(/once more to stop now/);
    run.child.kill(signal);
    const { signal: by, exitCode, stderr } = await run.ended;
    t.is(by, signal, `${exitCode} ${stderr}`);
    t.deepEqual(await left(), []);
  });
}

linux('an image 12 times as large as its memory: the peak stays far below what it would need', async (t) => {
  const cwd = await makeTree(t);
  const size = { width: 4500, height: 3000 };
  await mkdir(join(cwd, 'in'));
  await savePngs(cwd, ['seed.png'], 300, 200);
  await sharp(join(cwd, 'seed.png'))
    .resize(size)
    .jpeg()
    .toFile(join(cwd, 'in', 'a.jpg'));
  const peakOf = async (maxMemory: string): Promise<number> => {
    const args = ['pipe', 'in', `out-${maxMemory}`, '--engine', 'resize', '--max-memory', maxMemory];
    // the process that works, and not its parent
    const env = { SRGAN_SUPERVISE: 'no' };
    const { child, ended } = startSrgan([...args, '--threads', '2'], { cwd, env });
    let peakBytes = 0;
    const sampler = setInterval(() => (peakBytes = Math.max(peakBytes, peakSoFar(child.pid!))), 100);
    const { exitCode, stderr } = await ended;
    clearInterval(sampler);
    t.is(exitCode, 0, stderr);
    return peakBytes;
  };
  const pixelBytes = 3 * size.width * size.height;
  const spilled = await peakOf('18M');
  const whole = await peakOf('2G');
  t.log(`peak RSS ${Math.round(spilled / 1e6)} MB on disk, ${Math.round(whole / 1e6)} MB in memory`);
  t.true(whole > 5 * pixelBytes);
  t.true(whole - spilled > 3 * pixelBytes, `${spilled} of ${whole}`);
  const [a, b] = await Promise.all(
    ['18M', '2G'].map((name) => sharp(join(cwd, `out-${name}`, 'a.jpg')).metadata()),
  );
  t.deepEqual([a?.width, a?.height], [9_000, 6_000]);
  t.is(readFileSync(join(cwd, 'out-18M', 'a.jpg')).equals(readFileSync(join(cwd, 'out-2G', 'a.jpg'))), true);
  t.deepEqual(a, b);
});

/** 0 where the process has ended. */
function peakSoFar(pid: number): number {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
