import { STAGES } from '../../contract/job.js';
import { externalBytesOf, heapBytesOf, type Figures } from './memory-figures.js';
import type { Inside, Sample } from './sampler.js';
import { formatBytes, duration } from '../../system/measures.js';
import {
  facts,
  html,
  notes,
  page,
  section,
  table,
  type Fact,
  type Html,
  savePage,
} from '../../report/html.js';
import { linePlot, type Point } from '../../report/plot/line-plot.js';
import {
  growthText,
  METHODS,
  peakRatio,
  signed,
  slopeText,
  type MemoryReport,
  reportText,
} from './profile-lines.js';
import { join } from 'node:path';

/** Renders the memory of one command over time as one self-contained HTML page. */
export function memoryPage(report: MemoryReport): string {
  const { command, profile, sequential, intervalMs } = report;
  const { samples, figures, startedAt, exitStatus } = profile;
  return page({
    title: `Memory of srgan ${command.split(' ', 1)[0] ?? ''}`,
    subtitle: html`<code>srgan ${command}</code
      ><br />${startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC, ${duration(figures.durationMs)}, a
      sample every ${intervalMs} ms, exit status ${exitStatus}`,
    body: [
      section('Figures', facts(factsOf(report)), notes(report.notes)),
      section('Memory and images', memoryPlot(samples, figures), stagesPlot(samples, figures)),
      ...(figures.workers.length > 0 ? [section('Workers', workersTable(figures))] : []),
      ...(sequential ? [section('Compared with --sequential', comparedPlot(report))] : []),
      section(
        'How it is measured',
        html`<ul>
          ${METHODS.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>`,
      ),
    ],
    footer: 'Made by srgan profile-memory.',
  });
}

function factsOf({ profile, sequential, groupPeakBytes }: MemoryReport): Fact[] {
  const { figures } = profile;
  const { trend } = figures;
  return [
    { label: 'peak', ...split(formatBytes(figures.peakBytes)), note: 'resident memory' },
    { label: 'base', ...split(formatBytes(figures.baseBytes)), note: 'before the first image' },
    { label: 'mean', ...split(formatBytes(figures.meanBytes)) },
    { label: 'images', value: figures.images, note: `at most ${figures.mostInFlight} in flight` },
    { label: 'second half', value: trend.verdict, note: `slope ${slopeText(trend)}` },
    { label: 'growth per image', ...split(growthText(figures)), note: 'in the second half' },
    ...(figures.peakPssBytes === undefined
      ? []
      : [{ label: 'peak PSS', ...split(formatBytes(figures.peakPssBytes)), note: 'shared pages in parts' }]),
    ...(groupPeakBytes === undefined
      ? []
      : [
          {
            label: 'control group',
            ...split(formatBytes(groupPeakBytes)),
            note: 'peak of all in it, since it was made',
          },
        ]),
    ...(sequential
      ? [
          {
            label: 'ratio of peaks',
            value: peakRatio(profile, sequential).toFixed(2),
            note: 'to one image at a time',
          },
        ]
      : []),
  ];
}

/** Splits `1.5 GiB` into value and unit. */
function split(text: string): { value: string; unit: string } {
  const [value = '', unit = ''] = text.split(' ');
  return { value, unit };
}

const seconds = (ms: number) => ms / 1000;

const pointsOf = (samples: readonly Sample[], valueOf: (inside: Inside) => number): Point[] =>
  samples.flatMap(({ ms, inside }) => (inside ? [{ x: seconds(ms), y: valueOf(inside) }] : []));

const rssOf = (samples: readonly Sample[]): Point[] =>
  samples.map(({ ms, rssBytes }) => ({ x: seconds(ms), y: rssBytes }));

const TIME = { label: 'Time since the start', unit: 's', min: 0 };

/** Returns the phases of the run: before, during and after image processing. */
function phases({ working, durationMs }: Figures) {
  if (!working) return [];
  const { fromMs, toMs } = working;
  return [
    { from: 0, to: seconds(fromMs), label: 'start' },
    { from: seconds(fromMs), to: seconds(toMs), label: 'images' },
    { from: seconds(toMs), to: seconds(durationMs), label: 'end' },
  ];
}

function memoryPlot(samples: readonly Sample[], figures: Figures): Html {
  const { trend } = figures;
  return linePlot({
    title: 'Memory, and images in flight',
    description: `Resident memory of the process, what JavaScript holds of it, and the images between decoding and their end. The second half is ${trend.verdict}: ${signed(trend.rise)} against a spread of ${formatBytes(Math.round(trend.spread))}.`,
    x: TIME,
    y: { label: 'Memory', unit: 'bytes' },
    right: { label: 'Images in flight' },
    stages: phases(figures),
    series: [
      { name: 'resident (RSS)', look: 'area', points: rssOf(samples) },
      { name: 'external', points: pointsOf(samples, externalBytesOf) },
      { name: 'heap', points: pointsOf(samples, heapBytesOf) },
      {
        name: 'images in flight',
        look: 'steps',
        axis: 'right',
        points: pointsOf(samples, ({ inFlight }) => inFlight),
      },
    ],
  });
}

function stagesPlot(samples: readonly Sample[], figures: Figures): Html {
  return linePlot({
    title: 'Images in each stage',
    description: 'How many images each stage works on; those that wait between two stages are in none.',
    x: TIME,
    y: { label: 'Images' },
    stages: phases(figures),
    series: STAGES.map((stage) => ({
      name: stage,
      look: 'steps',
      points: pointsOf(samples, ({ stages }) => stages[stage]),
    })),
  });
}

function workersTable({ workers }: Figures): Html {
  return table({
    caption: 'Peak of each worker, reported after a tile',
    columns: [{ title: 'Thread' }, { title: 'Heap', number: true }, { title: 'External', number: true }],
    rows: workers.map(({ thread, peakHeapBytes, peakExternalBytes }) => [
      String(thread),
      formatBytes(peakHeapBytes),
      formatBytes(peakExternalBytes),
    ]),
  });
}

function comparedPlot({ profile, sequential }: MemoryReport): Html {
  if (!sequential) return html``;
  return linePlot({
    title: 'Resident memory of both runs',
    description: `Peaks of ${formatBytes(profile.figures.peakBytes)} and ${formatBytes(sequential.figures.peakBytes)}: ${peakRatio(profile, sequential).toFixed(2)} times as much.`,
    x: TIME,
    y: { label: 'Memory', unit: 'bytes' },
    series: [
      { name: 'as it was run', points: rssOf(profile.samples) },
      { name: '--sequential', points: rssOf(sequential.samples) },
    ],
  });
}

const COLUMNS = [
  'timestamp_ms',
  'rss_bytes',
  'heap_bytes',
  'external_bytes',
  'in_flight',
  'pss_bytes',
  'processes',
  'images_ended',
  ...STAGES,
];

/**
 * Formats samples as CSV, one line per sample; unknown values are empty. Time is since the start, heap and external
 * memory cover all threads, and each stage column counts the images being processed in it.
 */
function samplesCsv(samples: readonly Sample[]): string {
  return `${[COLUMNS, ...samples.map(rowOf)].map((row) => row.join(',')).join('\n')}\n`;
}

function rowOf({ ms, rssBytes, pssBytes, processes, inside }: Sample): (string | number | undefined)[] {
  return [
    Math.round(ms),
    rssBytes,
    inside && heapBytesOf(inside),
    inside && externalBytesOf(inside),
    inside?.inFlight,
    pssBytes,
    processes,
    inside?.ended,
    ...STAGES.map((stage) => inside?.stages[stage]),
  ];
}

/**
 * Writes report.txt, samples.csv and memory.html to `directory`, and sequential.csv if there was a sequential run.
 * @returns the paths written
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function saveMemoryReport(directory: string, report: MemoryReport): Promise<string[]> {
  const files = new Map([
    ['report.txt', reportText(report)],
    ['samples.csv', samplesCsv(report.profile.samples)],
    ['memory.html', memoryPage(report)],
  ]);
  if (report.sequential) files.set('sequential.csv', samplesCsv(report.sequential.samples));
  const paths: string[] = [];
  for (const [name, content] of files) {
    const path = join(directory, name);
    await savePage(path, content);
    paths.push(path);
  }
  return paths;
}
