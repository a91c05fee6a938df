import { formatBytes } from '../measures.js';
import type { Summary, TimedPart } from './summary.js';
import { count, duration, rate } from './units.js';

const SHOWN_PARTS: readonly TimedPart[] = ['decode', 'infer', 'encode', 'write', 'waiting'];

/** The closing lines of a run, failures apart. */
export function summaryLines(summary: Summary): string[] {
  const { counts, inputPixels, inputMpxPerSecond, elapsedMs, ms, threads, busyShare } = summary;
  const lines = [[whatWasDone(summary), ...others(summary)].join(', ') + '.'];
  if (counts.done > 0) {
    const parts = SHOWN_PARTS.map((part) => `${part} ${duration(ms[part])}`).join(', ');
    lines.push(
      `${(inputPixels / 1e6).toFixed(2)} Mpx of input at ${rate(inputMpxPerSecond)} Mpx/s.`,
      `Time, summed over images and ${count(threads, 'thread')}: ${parts}.`,
      `Workers busy ${Math.round(100 * busyShare)} %, peak memory ${formatBytes(summary.peakRssBytes)}.`,
    );
  }
  if (counts.planned > 0) lines.push('Nothing was written: this was a dry run.');
  return lines;

  function whatWasDone({ counts: { done, planned } }: Summary): string {
    if (planned > 0) return `Planned ${count(planned, 'image')}`;
    return `Upscaled ${count(done, 'image')} in ${duration(elapsedMs)}`;
  }
}

function others({ counts, warnings }: Summary): string[] {
  const named = [
    [counts.copied, 'copied'],
    [counts.skipped, 'skipped'],
    [counts.failed, 'failed'],
    [counts.cancelled, 'left undone'],
  ] as const;
  const parts = named.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return warnings > 0 ? [...parts, count(warnings, 'warning')] : parts;
}
