import type { Figures } from './memory-figures.js';
import { LASTING, MIN_READINGS, SHARE, SPREADS, type Trend } from './trend.js';
import type { Profile } from './watch-program.js';
import { formatBytes, duration } from '../../system/measures.js';
import { tableText, visible } from '../../report/terminal-text.js';

/** Everything a memory report shows. */
export interface MemoryReport {
  /** The command as it was typed. */
  readonly command: string;
  readonly intervalMs: number;
  readonly profile: Profile;
  /** The same work, one image at a time; undefined without --compare. */
  readonly sequential: Profile | undefined;
  /** Peak memory of the control group of both processes, since the group was created. */
  readonly groupPeakBytes: number | undefined;
  /** Remarks for the reader. */
  readonly notes: readonly string[];
}

/** Formats the report as text. */
export function reportText(report: MemoryReport): string {
  const { command, profile, sequential, notes } = report;
  const workers = profile.figures.workers.map(({ thread, peakHeapBytes, peakExternalBytes }) => [
    `  thread ${thread}`,
    `heap ${formatBytes(peakHeapBytes)}`,
    `external ${formatBytes(peakExternalBytes)}`,
  ]);
  return [
    `Memory of srgan ${visible(command)}\n`,
    tableText(rowsOf(report)),
    workers.length > 0 ? `Peak of each worker after a tile:\n${tableText(workers)}` : '',
    sequential ? `With --sequential:\n${tableText(sequentialRows(report))}` : '',
    ...[...remarks(report), ...notes].map((sentence) => `${visible(sentence)}\n`),
  ].join('');
}

function rowsOf({ profile, intervalMs, groupPeakBytes }: MemoryReport): string[][] {
  const { figures } = profile;
  const rows: (readonly [string, string | undefined, string?])[] = [
    ['run time', duration(figures.durationMs), `${figures.samples} samples, one every ${intervalMs} ms`],
    ['images', String(figures.images), `at most ${figures.mostInFlight} in flight`],
    ['base', formatBytes(figures.baseBytes), 'before the first image'],
    ['peak', formatBytes(figures.peakBytes), 'resident memory of the process and all below it'],
    ['mean', formatBytes(figures.meanBytes)],
    ['peak PSS', bytes(figures.peakPssBytes), 'shared pages in parts'],
    ['peak heap', bytes(figures.peakHeapBytes), 'JavaScript, all threads'],
    ['peak external', bytes(figures.peakExternalBytes), 'pixels and tiles of JavaScript, all threads'],
    ['control group', bytes(groupPeakBytes), 'peak of all that runs in it, since it was made'],
    ['growth per image', growthText(figures), 'in the second half'],
    ['slope', slopeText(figures.trend), `in the second half: ${figures.trend.verdict}`],
    ['exit status', String(profile.exitStatus)],
  ];
  return rows.flatMap(([name, value, note = '']) => (value === undefined ? [] : [[name, value, note]]));
}

const bytes = (value: number | undefined) => (value === undefined ? undefined : formatBytes(value));

function sequentialRows({ profile, sequential }: MemoryReport): string[][] {
  if (!sequential) return [];
  const { figures } = sequential;
  return [
    ['  run time', duration(figures.durationMs)],
    ['  base', formatBytes(figures.baseBytes)],
    ['  peak', formatBytes(figures.peakBytes)],
    ['  ratio of peaks', peakRatio(profile, sequential).toFixed(2)],
  ];
}

export const peakRatio = (profile: Profile, sequential: Profile): number =>
  profile.figures.peakBytes / sequential.figures.peakBytes;

/** Formats signed bytes, such as `+1.2 MiB`, `−300 bytes`, `0 bytes`. */
export function signed(value: number): string {
  const shown = formatBytes(Math.abs(Math.round(value)));
  return `${value >= 0.5 ? '+' : value <= -0.5 ? '−' : ''}${shown}`;
}

export const slopeText = ({ slope, verdict }: Trend): string | undefined =>
  verdict === 'too short to tell' ? '–' : `${signed(slope)}/s`;

export const growthText = ({ growthPerImageBytes }: Figures): string =>
  growthPerImageBytes === undefined ? '–' : signed(growthPerImageBytes);

function remarks({ profile, sequential }: MemoryReport): string[] {
  const { inside } = profile.samples.at(-1) ?? {};
  return [
    ...(profile.samples.length > 0 && !inside ? ['The command exited before its first report.'] : []),
    ...(sequential && sequential.exitStatus !== profile.exitStatus
      ? [
          `The run with --sequential ended with status ${sequential.exitStatus}, so the two may not be comparable.`,
        ]
      : []),
  ];
}

/** Explains how the figures are measured. */
export const METHODS = [
  'Resident memory (RSS) is that of the process and all below it; the peak is what the kernel kept for a single process, or the largest sample where there were several. PSS counts pages that several processes share in parts; walking the pages holds the process up, so it is sampled less often.',
  'Heap and external memory are those of JavaScript, of all threads together, as the process tells them; a worker tells its own after each tile. Pixels are shared by the threads. What the engine holds is in RSS alone.',
  'An image is in flight from the beginning of its decoding, the wait for memory included, until it has ended. A stage counts the images that it works on.',
  `The slope is a Theil–Sen line, the median of the slopes of all pairs, through the second half of the time in which images were worked on. It is growing where the line rises by more than ${SPREADS} times the spread around it (scaled median absolute deviation) and by more than ${100 * SHARE} % of the median, and the last quarter still rises at ${100 * LASTING} % of the slope or more; otherwise steady. Below ${MIN_READINGS} samples it is too short to tell.`,
  'The growth per image is the median growth from one ended image to another in the same half.',
] as const;

/** Formats the report as one JSON document, without the samples, which are in samples.csv. */
export function reportJson({ profile, sequential, ...report }: MemoryReport): string {
  const plain = ({ startedAt, figures, exitStatus }: Profile) => ({ startedAt, exitStatus, ...figures });
  const document = {
    ...report,
    ...plain(profile),
    sequential: sequential && {
      ...plain(sequential),
      peakRatio: Number(peakRatio(profile, sequential).toFixed(4)),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
