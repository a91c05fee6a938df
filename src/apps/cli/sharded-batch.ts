import type { BatchState } from '../../flow/journal/state.js';
import { tableText, visible } from '../../report/terminal-text.js';
import { count, duration } from '../../system/measures.js';

const SHOWN = 20;

const HEADING = ['SHARD', 'STATE', 'HOST', 'IMAGES', 'DONE', 'FAILED', 'ETA'];

/** How many shards are where, and a table of those that are not finished. */
export function shardLines({ begun, count: shards, notBegun }: NonNullable<BatchState['shards']>): string[] {
  const of = (state: string) => begun.filter((shard) => shard.state === state).length;
  const standing = [
    [of('finished'), 'finished'],
    [of('running'), 'running'],
    [of('interrupted'), 'interrupted'],
    [notBegun.length, 'not begun'],
  ] as const;
  const told = standing.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  const unfinished = begun.filter(({ state }) => state !== 'finished');
  const rows = unfinished
    .slice(0, SHOWN)
    .map(({ shard, state, host, total, counts, etaMs }) => [
      `${shard?.index ?? ''}/${shards}`,
      state,
      visible(host),
      total === undefined ? '' : String(total),
      String(counts.done + counts.copied),
      String(counts.failed),
      etaMs === undefined ? '' : duration(etaMs),
    ]);
  const unseen = unfinished.length - rows.length;
  const table =
    rows.length > 0
      ? tableText([HEADING, ...rows], new Set([3, 4, 5]))
          .trimEnd()
          .split('\n')
      : [];
  return [
    `${count(shards, 'shard')}: ${told.join(', ')}`,
    ...table,
    ...(unseen > 0 ? [`and ${count(unseen, 'more shard')}; --json has them all.`] : []),
  ];
}
