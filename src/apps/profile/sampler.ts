import { performance } from 'node:perf_hooks';
import type { ThreadMemory } from '../../network/workers/messages.js';
import type { Occupation } from './ledger.js';
import { treeMemory, treePssBytes } from './process-tree.js';
import type { ProbeReport } from './sample-report.js';

/** The process at one moment. */
export interface Sample {
  /** Since it was started. */
  readonly ms: number;
  readonly rssBytes: number;
  /** Measured now and then only, where it would take long; undefined in between, and where it can't be told. */
  readonly pssBytes: number | undefined;
  readonly processes: number;
  /** Undefined before the process has told of itself, and where it is a program that can't. */
  readonly inside: Inside | undefined;
}

/** As the process told it last, at most one interval before. */
export interface Inside extends Occupation {
  readonly main: ThreadMemory;
  readonly workers: ProbeReport['workers'];
}

/** Takes samples of a running process. */
export interface Sampler {
  note(report: ProbeReport): void;
  /** Takes one now. */
  sample(): void;
  readonly samples: readonly Sample[];
  /** The last that the process told, which may be later than the last sample. */
  readonly last: ProbeReport | undefined;
  /** Largest that the kernel or a sample saw; what all processes had together is known from samples alone. */
  readonly peakRssBytes: number;
}

/** Walking the pages holds up the process that is walked: it may do so for this share of its time. */
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
