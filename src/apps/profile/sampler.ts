import { performance } from 'node:perf_hooks';
import type { ThreadMemory } from '../../network/workers/messages.js';
import type { Occupation, ProbeReport } from './ledger.js';
import { readdirSync, readFileSync } from '../../system/files/fs.js';

/** Memory of the process at one moment. */
export interface Sample {
  /** Time since the process started. */
  readonly ms: number;
  readonly rssBytes: number;
  /** Sampled less often, because it is slow; undefined in between and on systems that do not report it. */
  readonly pssBytes: number | undefined;
  readonly processes: number;
  /** Undefined until the first report of the probe. */
  readonly inside: Inside | undefined;
}

/** The last report of the process, at most one interval old. */
export interface Inside extends Occupation {
  readonly main: ThreadMemory;
  readonly workers: ProbeReport['workers'];
}

/** Samples the memory of a running process. */
export interface Sampler {
  note(report: ProbeReport): void;
  /** Takes a sample now. */
  sample(): void;
  readonly samples: readonly Sample[];
  /** The last report of the process; may be later than the last sample. */
  readonly last: ProbeReport | undefined;
  /** Largest RSS seen by the kernel (for a single process) or by a sample (for all processes together). */
  readonly peakRssBytes: number;
}

/** Reading PSS walks the page tables and stalls the process: the largest share of its time to spend on that. */
const PSS_SHARE = 0.005;

export function openSampler(pid: number): Sampler {
  const startMs = performance.now();
  const samples: Sample[] = [];
  let last: ProbeReport | undefined;
  let peakRssBytes = 0;
  let nextPssMs = 0;

  return {
    samples,
    get last() {
      return last;
    },
    get peakRssBytes() {
      return peakRssBytes;
    },
    note: (report) => void (last = report),
    sample() {
      const ms = performance.now() - startMs;
      const tree = treeMemory(pid);
      const rssBytes = tree?.rssBytes ?? (process.platform === 'linux' ? undefined : last?.rssBytes);
      if (rssBytes === undefined) return;
      peakRssBytes = Math.max(peakRssBytes, rssBytes, tree?.largestPeakBytes ?? 0);
      samples.push({
        ms,
        rssBytes,
        pssBytes: ms >= nextPssMs ? pss() : undefined,
        processes: tree?.processes ?? 1,
        inside: last,
      });
    },
  };

  function pss(): number | undefined {
    const begin = process.cpuUsage();
    const bytes = treePssBytes(pid);
    const { user, system } = process.cpuUsage(begin);
    nextPssMs = performance.now() - startMs + (user + system) / 1000 / PSS_SHARE;
    return bytes;
  }
}

/** Memory of a process and all its descendants. */
export interface TreeMemory {
  readonly processes: number;
  readonly rssBytes: number;
  /** Highest RSS that any of the processes ever had, as the kernel recorded it, so no peak is missed. */
  readonly largestPeakBytes: number;
}

/**
 * Reads the memory of a process tree from /proc (proc(5): status, task/TID/children).
 * @returns undefined if there is no /proc or the process has ended
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
 * Returns the proportional set size of a process tree, in which shared pages count in parts (proc(5): smaps_rollup).
 * The kernel walks all pages for it, which takes milliseconds.
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

// /proc files are generated in memory when read, so synchronous reads are cheaper than asynchronous ones

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
