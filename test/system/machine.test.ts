import { availableParallelism, freemem } from 'node:os';
import test from 'ava';
import { cgroupPeakBytes, usableCores, usableMemoryBytes } from '../../src/system/machine.js';
import { makeTree, type Tree } from '../helpers/tree.js';

const MIB = 2 ** 20;

const V2 = { 'proc/self/cgroup': '0::/jobs/one\n' };
const V1 = { 'proc/self/cgroup': '4:memory:/jobs/one\n2:cpu,cpuacct:/jobs\n1:name=systemd:/\n0::/\n' };

const cores = async (t: Parameters<typeof makeTree>[0], tree: Tree) => usableCores(await makeTree(t, tree));
const memory = async (t: Parameters<typeof makeTree>[0], tree: Tree) =>
  usableMemoryBytes(await makeTree(t, tree));

test('without cgroups, the affinity mask determines the cores', async (t) => {
  t.is(await cores(t, {}), availableParallelism());
});

test('the tightest quota of all parent cgroups applies; a fraction of a core counts as one', async (t) => {
  t.is(await cores(t, { ...V2, 'sys/fs/cgroup/jobs/one/cpu.max': '50000 100000\n' }), 1);
  t.is(
    await cores(t, {
      ...V2,
      'sys/fs/cgroup/jobs/one/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/jobs/cpu.max': '100000 100000\n',
    }),
    1,
  );
  const roomy = `${100_000 * (availableParallelism() + 1)} 100000\n`;
  t.is(await cores(t, { ...V2, 'sys/fs/cgroup/jobs/one/cpu.max': roomy }), availableParallelism());
  t.is(await cores(t, { ...V2, 'sys/fs/cgroup/cpu.max': '10000 100000\n' }), 1, 'inside a container');
});

test('cgroup v1 quotas', async (t) => {
  const quota = (us: number) => ({
    'sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us': `${us}\n`,
    'sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us': '100000\n',
  });
  t.is(await cores(t, { ...V1, ...quota(100_000) }), 1);
  t.is(await cores(t, { ...V1, ...quota(-1) }), availableParallelism());
});

test('memory: what the cgroup has left, with droppable file cache counted as free', async (t) => {
  const group = {
    'sys/fs/cgroup/jobs/one/memory.max': `${64 * MIB}\n`,
    'sys/fs/cgroup/jobs/one/memory.current': `${60 * MIB}\n`,
    'sys/fs/cgroup/jobs/one/memory.stat': `active_file 5\ninactive_file ${20 * MIB}\n`,
  };
  t.is(await memory(t, { ...V2, ...group }), 24 * MIB);
  t.is(
    await memory(t, {
      ...V1,
      'sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes': `${32 * MIB}\n`,
      'sys/fs/cgroup/memory/jobs/one/memory.usage_in_bytes': `${30 * MIB}\n`,
      'sys/fs/cgroup/memory/jobs/one/memory.stat': `inactive_file 1\ntotal_inactive_file ${MIB}\n`,
    }),
    3 * MIB,
  );
  const free = await memory(t, { ...V2, 'sys/fs/cgroup/jobs/one/memory.max': 'max\n' });
  t.true(free > 64 * MIB && free <= 2 * freemem());
});

test('the peak is that of the innermost cgroup that reports one', async (t) => {
  const peak = async (tree: Tree) => cgroupPeakBytes(await makeTree(t, tree));
  t.is(await peak({}), undefined);
  t.is(await peak({ ...V2, 'sys/fs/cgroup/memory.peak': `${9 * MIB}\n` }), 9 * MIB, 'inside a container');
  t.is(
    await peak({
      ...V2,
      'sys/fs/cgroup/jobs/memory.peak': `${9 * MIB}\n`,
      'sys/fs/cgroup/jobs/one/memory.peak': `${7 * MIB}\n`,
    }),
    7 * MIB,
  );
  t.is(
    await peak({ ...V1, 'sys/fs/cgroup/memory/jobs/one/memory.max_usage_in_bytes': `${5 * MIB}\n` }),
    5 * MIB,
  );
});

test('this machine: at least one core and some memory', async (t) => {
  t.true((await usableCores()) >= 1);
  t.true((await usableMemoryBytes()) > 0);
});
