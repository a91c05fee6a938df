import type { Benchmark } from '../benchmark.js';
import type { Figures } from '../benchmark-figures.js';
import { converted, type Spread } from '../../../flow/measured-runs/timed-run.js';
import { formatBytes, count, rate } from '../../../system/measures.js';
import { facts, html, notes, page, section, table, type Fact, type Html } from '../../../report/html.js';
import { machineText } from '../../../report/measured-machine.js';
import { barPlot, type Bar } from '../../../report/plot/bars.js';
import { type Point, linePlot } from '../../../report/plot/line-plot.js';
import { cellsOf, HEADINGS } from './benchmark-table.js';
import {
  adviceLines,
  configurationText,
  differenceLines,
  percent,
  remarksOn,
  spreadText,
  workText,
} from './benchmark-words.js';

/** A benchmark as one self-contained page. */
export function benchmarkPage(benchmark: Benchmark): string {
  const { machine, startedAt, figures, measured } = benchmark;
  const runs = measured.settings.repeat;
  return page({
    title: 'Parallel benchmark',
    subtitle: html`${workText(benchmark)}<br />${machineText(machine)}`,
    body: [
      section(
        'Result',
        facts(headlines(benchmark)),
        html`<ul>
          ${adviceLines(benchmark).map((line) => html`<li>${line}</li>`)}
        </ul>`,
        notes([...differenceLines(benchmark), ...remarksOn(benchmark)]),
      ),
      section('Speed', speedupPlot(benchmark), throughputPlot(benchmark)),
      section('Time and memory', timePlot(benchmark), memoryPlot(benchmark)),
      section(
        'All configurations',
        table({
          columns: HEADINGS.map((title, i) => ({ title, number: i > 0 })),
          rows: figures.map((one) => cellsOf(one, runs)),
        }),
        method(benchmark),
      ),
    ],
    footer: `Made by srgan parallel-benchmark, ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
  });
}

function headlines({ recommendation, figures, identical }: Benchmark): Fact[] {
  const same: Fact = {
    label: 'Parallel results',
    value: identical ? 'identical' : 'differ',
    note: identical ? 'to the sequential ones, byte for byte' : 'from the sequential ones',
  };
  if (!recommendation) return [same];
  const { threads, speedup, peakRssBytes } = recommendation;
  const fastest = Math.max(
    ...figures.filter((one) => one.threads === threads).map((one) => one.mpxPerSecond.median),
  );
  const [memory = '', unit = ''] = formatBytes(peakRssBytes).split(' ');
  return [
    { label: 'Recommended', value: threads, unit: threads === 1 ? 'thread' : 'threads' },
    {
      label: 'Speedup',
      value: speedup.toFixed(2),
      unit: '×',
      note: 'against sequential, mean over the batches',
    },
    { label: 'Throughput', value: rate(fastest), unit: 'Mpx/s', note: 'of input, the fastest batch' },
    { label: 'Peak memory', value: memory, unit },
    same,
  ];
}

/** Keeps the best curve below the labels on top of the plot. */
const HEADROOM = 1.1;

function speedupPlot({ figures, measured, machine }: Benchmark): Html {
  const { batchSizes, threadCounts } = measured.settings;
  const { usableCores } = machine;
  const most = Math.max(...threadCounts);
  const highest = Math.max(...figures.map(({ speedup }) => speedup.max));
  const ideal = [...new Set([...threadCounts, ...(usableCores < most ? [usableCores] : [])])].sort(
    (a, b) => a - b,
  );
  return linePlot({
    title: 'Speedup against threads',
    description:
      'Time of the sequential run over that of the parallel one, median of the rounds; the band is their range. ' +
      `Ideal: every thread has a core of its own, up to the ${count(usableCores, 'usable core')}.`,
    x: threadAxis(threadCounts),
    y: { label: 'Speedup', unit: '×', max: HEADROOM * Math.max(highest, Math.min(most, usableCores)) },
    stages: most > usableCores ? [{ from: usableCores, to: most, label: 'more threads than cores' }] : [],
    series: [
      ...batchSizes.map((images) => ({
        name: count(images, 'image'),
        points: pointsOf(figures, images, ({ speedup }) => speedup),
      })),
      {
        name: 'ideal',
        look: 'ideal' as const,
        points: ideal.map((threads) => ({ x: threads, y: Math.min(threads, usableCores) })),
      },
    ],
  });
}

function throughputPlot({ figures, measured }: Benchmark): Html {
  const { batchSizes, threadCounts } = measured.settings;
  return linePlot({
    title: 'Throughput against threads',
    description: 'Input pixels per second, from the first source to the last record.',
    x: threadAxis(threadCounts),
    y: { label: 'Input', unit: 'Mpx/s' },
    series: batchSizes.map((images) => ({
      name: count(images, 'image'),
      points: pointsOf(figures, images, ({ mpxPerSecond }) => mpxPerSecond),
    })),
  });
}

const threadAxis = (threadCounts: readonly number[]) =>
  ({ label: 'Worker threads', scale: 'log2', ticks: threadCounts }) as const;

function pointsOf(figures: readonly Figures[], images: number, of: (one: Figures) => Spread): Point[] {
  return figures
    .filter((one) => one.method === 'parallel' && one.images === images)
    .map((one) => ({ x: one.threads, ...asPoint(of(one)) }));
}

const shown = (value: number) => Number(value.toPrecision(3));

const asPoint = ({ min, median, max }: Spread) => ({ y: shown(median), low: shown(min), high: shown(max) });

/** From here on a second is the unit that reads well. */
const LONG_MS = 2000;

function timePlot(benchmark: Benchmark): Html {
  const perImage = ({ timeMs, images }: Figures) => converted(timeMs, (ms) => ms / images);
  const inSeconds = benchmark.figures.some((one) => perImage(one).max >= LONG_MS);
  const unitMs = inSeconds ? 1000 : 1;
  return groupedBars(benchmark, {
    title: 'Time per image',
    description: 'Time of a batch over its images, median of the rounds; the whisker is their range.',
    y: { label: 'Time', unit: inSeconds ? 's' : 'ms' },
    of: (one) => asBar(converted(perImage(one), (ms) => shown(ms / unitMs))),
  });
}

function memoryPlot(benchmark: Benchmark): Html {
  return groupedBars(benchmark, {
    title: 'Peak memory',
    description: 'Largest resident memory of the process, median of the rounds; the whisker is their range.',
    y: { label: 'Peak RSS', unit: 'bytes' },
    of: ({ peakRssBytes }) => asBar(converted(peakRssBytes, wholeMebibytes)),
  });
}

const wholeMebibytes = (bytes: number) => Math.round(bytes / 2 ** 20) * 2 ** 20;

const asBar = ({ min, median, max }: Spread): Bar =>
  max > min ? { value: median, low: min, high: max } : { value: median };

interface GroupedBars {
  readonly title: string;
  readonly description: string;
  readonly y: { readonly label: string; readonly unit: string };
  readonly of: (figures: Figures) => Bar;
}

/** A group for sequential and for each number of threads, a bar for each batch size. */
function groupedBars({ figures, measured }: Benchmark, { of, ...plot }: GroupedBars): Html {
  const { batchSizes, threadCounts } = measured.settings;
  return barPlot({
    ...plot,
    groupLabel: 'Worker threads',
    groups: ['sequential', ...threadCounts.map(String)],
    series: batchSizes.map((images) => ({
      name: count(images, 'image'),
      bars: figures.filter((one) => one.images === images).map(of),
    })),
  });
}

function method({ measured, figures }: Benchmark): Html {
  const { warmup, repeat, seed, imageSizePx: side } = measured.settings;
  const sentences = [
    `Every run reads PNG files of ${side}×${side} px, generated with the statistics of photographs (seed ${seed}), upscales them and writes PNG files, in a process of its own.`,
    'Sequential works on one image at a time through all stages, with one worker.',
    `The clock runs from the first source to the last record. Before it, ${count(warmup, 'image')} per worker went through: loading is start-up, and not in the time.`,
    `In each of the ${count(repeat, 'round')} every configuration ran once, one after the other; speedup is taken within a round.`,
    `Efficiency is speedup over threads: ${percent(1)} where every thread counts in full.`,
    'Peak RSS in the table is the largest of all rounds.',
    'Cores used is processor time over time. Fewer than the threads: they waited, or other programs took the cores.',
  ];
  return html`<details>
    <summary>How it was measured</summary>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
    ${table({
      columns: [
        { title: 'Configuration' },
        { title: 'Start-up', unit: 's', number: true },
        { title: 'Cores used', number: true },
      ],
      rows: figures.map((one) => [
        configurationText(one),
        spreadText(
          converted(one.startUpMs, (ms) => ms / 1000),
          2,
          repeat,
        ),
        spreadText(one.coresUsed, 2, repeat),
      ]),
    })}
  </details>`;
}
