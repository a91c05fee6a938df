import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { shell } from '../helpers/cli.js';
import { makeMemoryGroup } from '../helpers/memory-group.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, testWhere } from '../helpers/where.js';

const MIB = 2 ** 20;
const canLimit = (() => {
  const group = makeMemoryGroup(64 * MIB);
  group?.remove();
  return group !== undefined;
})();
const inGroup = testWhere(canLimit, 'no control group can be made here');
const MACHINE = new URL('../../src/system/machine.js', import.meta.url).href;

inGroup(
  'under a limit of 320 MiB all images are done, one larger than --max-memory among them',
  async (t) => {
    const group = makeMemoryGroup(320 * MIB)!;
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), numbered(12), 200, 200);
    // 14 MiB of samples and 58 of its result go by way of the disk
    await savePngs(join(cwd, 'in'), ['big.png'], 2200, 2200);
    const command = '$SRGAN pipe in out --engine resize --threads 2 --max-memory 32M --no-fsync';
    const run = await shell(`echo $$ > ${group.directory}/cgroup.procs; ${command}`, { cwd });
    t.is(run.exitCode, 0, run.stderr);
    t.false(run.stderr.includes('died of'), 'nothing was killed');
    t.is((await readdir(join(cwd, 'out'))).length, 13);
    const { width, height } = await sharp(join(cwd, 'out', 'big.png')).metadata();
    t.deepEqual([width, height], [4400, 4400]);
    t.true(group.peakBytes() <= 320 * MIB);
    group.remove();
  },
);

inGroup('the limit of a control group is what a run goes by, unless it is told', async (t) => {
  const group = makeMemoryGroup(300 * MIB)!;
  const cwd = await makeTree(t);
  const ask = `import('${MACHINE}').then(async (m) => console.log(await m.usableMemoryBytes()))`;
  const run = await shell(`echo $$ > ${group.directory}/cgroup.procs; '${process.execPath}' -e "${ask}"`, {
    cwd,
  });
  const usable = Number(run.stdout);
  t.true(usable > 0 && usable < 300 * MIB, run.stdout + run.stderr);
  group.remove();
});

onLinux('with an address space of 4 GB all images are done by a network', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(8), 48, 48);
  const run = await shell(
    'ulimit -v 4000000; exec $SRGAN pipe in out --no-supervise --max-memory 64M --threads 1',
    { cwd },
  );
  t.is(run.exitCode, 0, run.stderr);
  t.is((await readdir(join(cwd, 'out'))).length, 8);
});

onLinux('an image over a limit is refused by its header, before it takes memory', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 16, 16);
  await savePngs(join(cwd, 'in'), ['big.png'], 3000, 3000);
  const run = await shell('$SRGAN pipe in out --engine resize --threads 1 --max-memory 1M --max-pixels 1M', {
    cwd,
  });
  t.is(run.exitCode, 1, run.stderr);
  t.regex(run.stderr, /E_TOO_LARGE in\/big\.png: .*3000/);
  t.deepEqual(await readdir(join(cwd, 'out')), ['a.png']);
});
