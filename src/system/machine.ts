import { availableParallelism, freemem } from 'node:os';
import path from 'node:path';
import { readFile } from './files/fs.js';

/**
 * Cores this process may use: its CPU affinity, and the CPU quota of every control group that it is in.
 * @param root where /proc and /sys are looked up
 */
export async function usableCores(root = '/'): Promise<number> {
  const quotas = await Promise.all([
    ...(await groupDirectories(root, '')).map(quotaV2),
    ...(await groupDirectories(root, 'cpu')).map(quotaV1),
  ]);
  // a fraction of a core still is one more thread's worth of work
  return Math.max(1, Math.min(availableParallelism(), ...quotas.map(Math.ceil)));
}

/**
 * Bytes this process may still take: what the machine has free, and what every control group that it is in
 * leaves, counting file cache that the kernel can drop as free.
 * @param root where /proc and /sys are looked up
 */
export async function usableMemoryBytes(root = '/'): Promise<number> {
  const left = await Promise.all([
    ...(await groupDirectories(root, '')).map((directory) =>
      leftIn(directory, 'memory.max', 'memory.current', 'inactive_file'),
    ),
    ...(await groupDirectories(root, 'memory')).map((directory) =>
      leftIn(directory, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'),
    ),
  ]);
  return Math.max(0, Math.min(freemem(), ...left));
}

/**
 * Largest memory that this process's control group has held since it was made, file cache included; undefined
 * where there is no such group.
 * @param root where /proc and /sys are looked up
 */
export async function groupPeakBytes(root = '/'): Promise<number | undefined> {
  const peaks = await Promise.all([
    ...(await groupDirectories(root, '')).map((directory) => read(directory, 'memory.peak')),
    ...(await groupDirectories(root, 'memory')).map((directory) =>
      read(directory, 'memory.max_usage_in_bytes'),
    ),
  ]);
  const known = peaks.filter(Boolean).map(Number);
  // what a group holds counts in all above it: the smallest is of the innermost
  return known.length > 0 ? Math.min(...known) : undefined;
}

/**
 * Files this process may have open; Infinity where the system does not say.
 * @param root where /proc is looked up
 */
export async function usableFiles(root = '/'): Promise<number> {
  const limits = await read(path.join(root, 'proc/self'), 'limits');
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

async function quotaV2(directory: string): Promise<number> {
  const [quota, period] = (await read(directory, 'cpu.max')).split(' ').map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity;
}

async function quotaV1(directory: string): Promise<number> {
  const quota = Number(await read(directory, 'cpu.cfs_quota_us'));
  const period = Number(await read(directory, 'cpu.cfs_period_us'));
  return quota > 0 && period > 0 ? quota / period : Infinity;
}

async function leftIn(directory: string, limit: string, usage: string, cache: string): Promise<number> {
  const limitBytes = Number((await read(directory, limit)) || NaN);
  const usedBytes = Number((await read(directory, usage)) || NaN);
  if (!Number.isFinite(limitBytes) || !Number.isFinite(usedBytes)) return Infinity;
  const droppable = new RegExp(`^${cache} (\\d+)$`, 'm').exec(await read(directory, 'memory.stat'))?.[1];
  return limitBytes - usedBytes + Number(droppable ?? 0);
}

/**
 * This process's control group and all above it, as directories under /sys/fs/cgroup. Inside a container the
 * group's path may not be there: its own files then lie at the top.
 * @param controller of version 1, or '' for version 2
 */
async function groupDirectories(root: string, controller: string): Promise<string[]> {
  for (const line of (await read(root, 'proc/self/cgroup')).split('\n')) {
    const [, controllers, ...rest] = line.split(':');
    if (!controllers?.split(',').includes(controller)) continue;
    const top = path.join(root, 'sys/fs/cgroup', controller);
    const names = rest.join(':').split('/').filter(Boolean);
    return names.map((_, depth) => path.join(top, ...names.slice(0, depth + 1))).concat(top);
  }
  return [];
}

/** Empty where it can't be read, as on every system but Linux. */
async function read(directory: string, name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8').then(
    (content) => content.trim(),
    () => '',
  );
}
