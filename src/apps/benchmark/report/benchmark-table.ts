import type { Benchmark } from '../benchmark.js';
import type { Figures } from '../benchmark-figures.js';
import { converted } from '../../../flow/measured-runs/timed-run.js';
import { formatBytes, rate, duration } from '../../../system/measures.js';
import { machineText } from '../../../report/measured-machine.js';
import {
  adviceLines,
  digitsFor,
  percent,
  remarksOn,
  spreadText,
  workText,
  configurationText,
} from './benchmark-words.js';
import { performance } from 'node:perf_hooks';
import type { Step } from '../measure-runs.js';

export const HEADINGS = [
  'Method',
  'Images',
  'Threads',
  'Time (s)',
  'Images/s',
  'Mpx/s',
  'Speedup',
  'Efficiency',
  'Peak RSS',
] as const;

/** What is shown of one configuration, under `HEADINGS`. */
export function cellsOf(figures: Figures, runs: number): string[] {
  const { method, images, threads, oversubscribed, timeMs, speedup } = figures;
  const seconds = converted(timeMs, (ms) => ms / 1000);
  return [
    method === 'sequential' ? 'Sequential' : 'Parallel',
    String(images),
    `${threads}${oversubscribed ? ' *' : ''}`,
    spreadText(seconds, digitsFor(seconds.median), runs),
    rate(figures.imagesPerSecond.median),
    figures.mpxPerSecond.median.toFixed(digitsFor(figures.mpxPerSecond.median)),
    method === 'sequential' ? '1.00' : spreadText(speedup, 2, runs),
    percent(figures.efficiency),
    formatBytes(figures.peakRssBytes.max),
  ];
}

/** The whole report as text. The table is Markdown too. */
export function benchmarkText(benchmark: Benchmark): string {
  const { machine, figures, measured } = benchmark;
  const rows = figures.map((one) => cellsOf(one, measured.settings.repeat));
  return [
    `${machineText(machine)}\n${workText(benchmark)}\n\n`,
    barred([[...HEADINGS], ...rows]),
    '\n',
    ...[...remarksOn(benchmark), ...adviceLines(benchmark)].map((line) => `${line}\n`),
  ].join('');
}

/** All but the first column end at the same place. */
function barred(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  const [heading = '', ...lines] = rows.map((row) => row.map(padded).join(' | '));
  const rule = widths.map((width) => '-'.repeat(width)).join(' | ');
  return [heading, rule, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** One document for programs, with every run. */
export function benchmarkJson(benchmark: Benchmark): string {
  const { machine, startedAt, measured, figures, best, recommendation, identical } = benchmark;
  const { settings, measurements, elapsedMs, network, factor } = measured;
  const { workload, ...options } = settings;
  const lastRun = measurements.at(-1)?.runs.at(-1);
  return `${JSON.stringify(
    {
      startedAt: startedAt.toISOString(),
      elapsedMs,
      machine,
      network: { name: network, factor },
      options: { ...options, ...workload },
      loadAverage: { begin: machine.loadAverage, end: lastRun?.loadAverage ?? machine.loadAverage },
      configurations: figures.map((one, index) => ({ ...one, runs: measurements[index]?.runs ?? [] })),
      best: best.map(({ images, threads, speedup, peakRssBytes }) => ({
        images,
        threads,
        speedup: speedup.median,
        peakRssBytes: peakRssBytes.max,
      })),
      recommendation: recommendation ?? null,
      identical,
      remarks: remarksOn(benchmark),
    },
    null,
    2,
  )}\n`;
}

/** What goes on, as `run 2/6: 3 images, 2 threads, round 1, ETA 4 s`; the time that is left is told from the first. */
export function openStepTexts(): (step: Step) => string {
  let firstMs: number | undefined;
  return ({ configuration, round, doneRuns, runs, doneShare }) => {
    const nowMs = performance.now();
    firstMs ??= nowMs;
    const leftMs = doneShare > 0 ? ((nowMs - firstMs) * (1 - doneShare)) / doneShare : undefined;
    const parts = [
      `run ${doneRuns + 1}/${runs}: ${configurationText(configuration)}, round ${round}`,
      ...(leftMs === undefined ? [] : [`ETA ${duration(leftMs)}`]),
    ];
    return parts.join(', ');
  };
}
