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
export function samplesCsv(samples: readonly Sample[]): string {
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
