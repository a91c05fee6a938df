import { availableParallelism, freemem } from 'node:os';
import path from 'node:path';
import { readFile, readFileSync } from './files/fs.js';

/**
 * Returns the number of cores this process may use, from its CPU affinity and the CPU quotas of its cgroups.
 * @param root where /proc and /sys are mounted
 */
export async function usableCores(root = '/'): Promise<number> {
  const quotas = await Promise.all([
    ...(await cgroupDirectories(root, '')).map(quotaV2),
    ...(await cgroupDirectories(root, 'cpu')).map(quotaV1),
  ]);
  // a fraction of a core is still worth a thread
  return Math.max(1, Math.min(availableParallelism(), ...quotas.map(Math.ceil)));
}

/**
 * Returns the bytes this process can still allocate: the least of the machine's free memory and what each of its
 * cgroups has left. File cache that the kernel can drop counts as free.
 * @param root where /proc and /sys are mounted
 */
export async function usableMemoryBytes(root = '/'): Promise<number> {
  const left = await Promise.all([
    ...(await cgroupDirectories(root, '')).map((directory) =>
      remainingIn(directory, 'memory.max', 'memory.current', 'inactive_file'),
    ),
    ...(await cgroupDirectories(root, 'memory')).map((directory) =>
      remainingIn(directory, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'),
    ),
  ]);
  return Math.max(0, Math.min(freemem(), ...left));
}

/**
 * Returns the peak memory of this process's cgroup since its creation, including file cache, or undefined without
 * a cgroup.
 * @param root where /proc and /sys are mounted
 */
export async function cgroupPeakBytes(root = '/'): Promise<number | undefined> {
  const peaks = await Promise.all([
    ...(await cgroupDirectories(root, '')).map((directory) => read(directory, 'memory.peak')),
    ...(await cgroupDirectories(root, 'memory')).map((directory) =>
      read(directory, 'memory.max_usage_in_bytes'),
    ),
  ]);
  const known = peaks.filter(Boolean).map(Number);
  // parent groups include their children: the smallest peak is that of the innermost group
  return known.length > 0 ? Math.min(...known) : undefined;
}

/**
 * Returns how many files this process may have open, or Infinity if the system does not say.
 * @param root where /proc is mounted
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

async function remainingIn(directory: string, limit: string, usage: string, cache: string): Promise<number> {
  const limitBytes = Number((await read(directory, limit)) || NaN);
  const usedBytes = Number((await read(directory, usage)) || NaN);
  if (!Number.isFinite(limitBytes) || !Number.isFinite(usedBytes)) return Infinity;
  const droppable = new RegExp(`^${cache} (\\d+)$`, 'm').exec(await read(directory, 'memory.stat'))?.[1];
  return limitBytes - usedBytes + Number(droppable ?? 0);
}

/**
 * Returns the directories under /sys/fs/cgroup of this process's cgroup and its parents. Inside a container the
 * cgroup's path may not exist; its files are then at the top.
 * @param controller the v1 controller, or '' for v2
 */
async function cgroupDirectories(root: string, controller: string): Promise<string[]> {
  for (const line of (await read(root, 'proc/self/cgroup')).split('\n')) {
    const [, controllers, ...rest] = line.split(':');
    if (!controllers?.split(',').includes(controller)) continue;
    const top = path.join(root, 'sys/fs/cgroup', controller);
    const names = rest.join(':').split('/').filter(Boolean);
    return names.map((_, depth) => path.join(top, ...names.slice(0, depth + 1))).concat(top);
  }
  return [];
}

/** Returns the trimmed content of a file, or '' if it can't be read. */
async function read(directory: string, name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8').then(
    (content) => content.trim(),
    () => '',
  );
}

/**
 * Returns the peak resident memory of this process. On Linux, the figure of getrusage(2) is inherited from the
 * program that started this one, so VmHWM of /proc/self/status (proc(5)) comes first.
 */
export function peakRssBytes(): number {
  if (process.platform === 'linux') {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
      if (kilobytes !== undefined) return Number(kilobytes) * 1024;
    } catch {
      // no /proc in some sandboxes
    }
  }
  return process.resourceUsage().maxRSS * 1024;
}
