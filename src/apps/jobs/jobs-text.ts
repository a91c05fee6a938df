import type { WorkerState } from './heartbeat.js';
import type { JobsStatus } from './status.js';
import { withSource } from '../../report/summary-text.js';
import { tableText, visible } from '../../report/terminal-text.js';
import { count, duration, rate } from '../../system/measures.js';

/** Where a queue stands, for people. */
export function jobsText(status: JobsStatus): string {
  const { queue, held, shards, images, inputPixels, workers, manifests, failedShards, failures } = status;
  const ended = images.done + images.copied + images.skipped + images.failed;
  const open = manifests.some(({ complete }) => !complete) ? ', and more are being submitted' : '';
  const shown = failures.first.length + failedShards.length;
  const unseen = images.failed + shards.failed - shown;
  const lines = [
    `Queue ${queue}${held ? ', held: workers take nothing new until srgan jobs drain --release' : ''}`,
    `  ${ended} of ${count(images.total, 'image')}${open}: ${images.done} done, ${images.copied} copied, ` +
      `${images.skipped} skipped, ${images.failed} failed`,
    `  ${count(shards.total, 'shard')}: ${shards.waiting} waiting, ${shards.active} active, ` +
      `${shards.delayed} to be tried again, ${shards.done} done, ${shards.failed} failed`,
    `  ${(inputPixels / 1e6).toFixed(1)} Mpx of sources; now ${rate(status.imagesPerSecond)} images/s, ` +
      `${rate(status.mpxPerSecond)} Mpx/s${status.etaMs === undefined ? '' : `, ETA ${duration(status.etaMs)}`}`,
    ...(workers.length === 0 ? ['  no worker'] : []),
  ];
  const failed = [
    ...failedShards.map(
      ({ manifest, shard, reason }) => `  shard ${shard} of ${manifest}: ${visible(reason)}`,
    ),
    ...failures.first.map(({ src, code, message }) => `  ${code} ${visible(withSource(src, message))}`),
    ...(unseen > 0
      ? [`  and ${count(unseen, 'more failure')}; the journals of the shards have them all.`]
      : []),
  ];
  return `${lines.join('\n')}\n${workers.length > 0 ? workersTable(workers) : ''}${failed.map((line) => `${line}\n`).join('')}`;
}

const HEADING = ['  WORKER', 'THREADS', 'SHARDS', 'IMAGES', 'IMAGES/S', 'MPX/S'];

function workersTable(workers: readonly WorkerState[]): string {
  const rows = workers.map(({ id, threads, shards, images, imagesPerSecond, mpxPerSecond }) => [
    `  ${visible(id)}`,
    String(threads),
    String(shards),
    String(images),
    rate(imagesPerSecond),
    rate(mpxPerSecond),
  ]);
  return tableText([HEADING, ...rows], new Set([1, 2, 3, 4, 5]));
}
