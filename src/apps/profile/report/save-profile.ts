import { join } from 'node:path';
import { savePage } from '../../../report/html.js';
import { reportText, type MemoryReport } from './profile-lines.js';
import { memoryPage } from './profile-page.js';
import { STAGES } from '../../../contract/job.js';
import { externalBytesOf, heapBytesOf } from '../memory-figures.js';
import type { Sample } from '../sampler.js';

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
 * One line a sample; what was not known is left empty. Time is since the start; heap and external memory are of
 * all threads; a stage counts the images that it works on.
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
 * Writes report.txt, samples.csv and memory.html into `directory`, and sequential.csv where there was such a run.
 * @returns their paths
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
