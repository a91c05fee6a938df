import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { treeMemory, treePssBytes } from '../../../src/apps/profile/sampler.js';
import { watchProgram } from '../../../src/apps/profile/watch-program.js';
import { onLinux } from '../../helpers/where.js';

const MIB = 2 ** 20;
const watch = (name: string, ...args: string[]) =>
  watchProgram({
    program: [fileURLToPath(new URL(`./${name}.js`, import.meta.url)), ...args],
    stdio: ['ignore', 'ignore', 'ignore'],
    intervalMs: 20,
    onStart: () => () => undefined,
  });

test('a real leak is growing, by about what it takes', async (t) => {
  const { figures, samples, exitStatus } = await watch('leak', '4000');
  t.is(exitStatus, 0);
  t.is(figures.trend.verdict, 'growing', JSON.stringify(figures.trend));
  t.true(figures.peakBytes > figures.baseBytes + 20 * MIB);
  const external = samples.flatMap(({ inside }) => inside?.main.externalBytes ?? []);
  t.true(external.at(-1)! > external[0]! + 20 * MIB, 'the probe tells what Buffers hold');
});

test('a program that gives back what it takes is steady', async (t) => {
  const { figures } = await watch('steady', '4000');
  t.is(figures.trend.verdict, 'steady', JSON.stringify(figures.trend));
  t.true(figures.peakBytes > 40 * MIB && figures.peakBytes < 400 * MIB);
});

onLinux('children count, and shared pages in parts', async (t) => {
  const script = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1e6)'], { stdio: ['ignore', 'inherit', 'ignore'] })`;
  const parent = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  t.teardown(() => process.kill(-parent.pid!, 'SIGKILL'));
  await once(parent.stdout, 'data');
  const tree = treeMemory(parent.pid!)!;
  t.is(tree.processes, 2);
  t.true(tree.rssBytes > tree.largestPeakBytes, 'two of them hold more than the larger one');
  const pss = treePssBytes(parent.pid!)!;
  t.true(pss > 0 && pss < tree.rssBytes, 'they share the pages of the program');
  t.is(treeMemory(2 ** 30), undefined);
});
