import { removeShardSuffix } from '../../places/find/shard.js';
import type { BatchState } from '../../flow/journal/state.js';
import { withSource } from '../../report/summary-text.js';
import { shardLines } from './sharded-batch.js';
import { tableText, visible } from '../../report/terminal-text.js';
import { count, duration, rate } from '../../system/measures.js';

const FAILURES_SHOWN = 20;

/** Where one batch stands, for people. */
export function batchText(batch: BatchState): string {
  const { id, state, pid, host, startedAt, elapsedMs, imagesPerSecond, etaMs, failures, journal } = batch;
  const shown = failures.slice(0, FAILURES_SHOWN);
  const unseen = failures.length - shown.length;
  const lines = [
    `Batch ${id}: ${state === 'running' && !batch.shards ? `running, process ${pid} on ${host}` : state}`,
    `  ${progressOf(batch)}`,
    `  started ${startedAt}, worked on for ${duration(elapsedMs)}, ${rate(imagesPerSecond)} images/s` +
      (etaMs === undefined ? '' : `, ETA ${duration(etaMs)}`),
    ...(batch.shards ? shardLines(batch.shards).map((line) => `  ${line}`) : []),
    ...shown.map(({ src, code, message }) => `  ${code} ${visible(withSource(src, message))}`),
    ...(unseen > 0 ? [`  and ${count(unseen, 'more failure')}; --json has them all.`] : []),
    ...(state === 'interrupted' ? [`  Take it up with ${wayOn(batch)}.`] : []),
    `  ${visible(journal)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function wayOn({ id, shards, shard }: BatchState): string {
  const interrupted = shards?.begun.find(({ state }) => state === 'interrupted')?.shard ?? shard;
  if (!interrupted) return `--resume ${id}`;
  const { index, count: all } = interrupted;
  return `--resume ${removeShardSuffix(id, interrupted)} --shard ${index}/${all}`;
}

function progressOf({ total, counts: { done, copied, skipped, failed } }: BatchState): string {
  const ended = done + copied + skipped + failed;
  const of = total === undefined ? count(ended, 'image') : `${ended} of ${count(total, 'image')}`;
  return `${of}: ${done} done, ${copied} copied, ${skipped} skipped, ${failed} failed`;
}

const HEADING = ['ID', 'STATE', 'STARTED', 'IMAGES', 'DONE', 'COPIED', 'SKIPPED', 'FAILED', 'TIME'];

export function batchesTable(batches: readonly BatchState[]): string {
  const rows = batches.map(({ id, state, startedAt, total, counts, elapsedMs }) => [
    id,
    state,
    startedAt.slice(0, 19).replace('T', ' '),
    total === undefined ? '' : String(total),
    ...[counts.done, counts.copied, counts.skipped, counts.failed].map(String),
    duration(elapsedMs),
  ]);
  return tableText([HEADING, ...rows], new Set([3, 4, 5, 6, 7, 8]));
}
