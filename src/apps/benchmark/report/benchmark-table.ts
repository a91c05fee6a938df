import type { Benchmark } from '../benchmark.js';
import type { Figures } from '../benchmark-figures.js';
import { converted } from '../../../flow/measured-runs/timed-run.js';
import { formatBytes, rate } from '../../../system/measures.js';
import { machineText } from '../../../report/measured-machine.js';
import { adviceLines, digitsFor, percent, remarksOn, spreadText, workText } from './benchmark-words.js';

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
