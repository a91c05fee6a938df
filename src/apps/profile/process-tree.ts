import { readdirSync, readFileSync } from '../../system/files/fs.js';

/** Memory of a process and all below it. */
export interface TreeMemory {
  readonly processes: number;
  readonly rssBytes: number;
  /** Largest resident memory that one of them ever had: seen by the kernel, so no peak is missed. */
  readonly largestPeakBytes: number;
}

/**
 * Read from /proc (proc(5): status, task/TID/children).
 * @returns undefined where there is no /proc, or the process has ended
 */
export function treeMemory(pid: number): TreeMemory | undefined {
  const status = read(pid, 'status');
  const rssBytes = kilobytes(status, 'VmRSS');
  if (rssBytes === undefined) return undefined;
  const below = childrenOf(pid).flatMap((child) => treeMemory(child) ?? []);
  return below.reduce(
    (sum, child) => ({
      processes: sum.processes + child.processes,
      rssBytes: sum.rssBytes + child.rssBytes,
      largestPeakBytes: Math.max(sum.largestPeakBytes, child.largestPeakBytes),
    }),
    { processes: 1, rssBytes, largestPeakBytes: kilobytes(status, 'VmHWM') ?? rssBytes },
  );
}

/**
 * Pages that several processes share count in parts (proc(5): smaps_rollup). The kernel walks all pages for it,
 * which takes milliseconds.
 */
export function treePssBytes(pid: number): number | undefined {
  const own = kilobytes(read(pid, 'smaps_rollup'), 'Pss');
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (treePssBytes(child) ?? 0), own);
}

function childrenOf(pid: number): number[] {
  const threads = list(`/proc/${pid}/task`);
  const lists = threads.map((thread) => read(pid, `task/${thread}/children`));
  return lists.flatMap((children) => children.split(' ').filter(Boolean).map(Number));
}

function kilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

// files of /proc are made in memory as they are read: waiting for them would cost more than reading them

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
