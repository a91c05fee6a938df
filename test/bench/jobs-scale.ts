import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UnrecoverableError, Worker } from 'bullmq';
import { recordResult } from '../../src/apps/jobs/redis/counters.js';
import { PREFIX } from '../../src/apps/jobs/redis/keys.js';
import { openQueue, type ShardJob } from '../../src/apps/jobs/redis/queue.js';
import { jobsStatus } from '../../src/apps/jobs/status.js';
import { submit } from '../../src/apps/jobs/submit.js';
import { startRedis, temporary } from './jobs.js';
import { heading, table } from './print.js';

const SOURCES = Number(process.env['JOBS_SOURCES'] ?? 1_000_000);
const SHARD = Number(process.env['JOBS_SHARD'] ?? 200);
const MARKS = 10;

/** Sources that need not be there, through submit and results without images: memory, time, and what Redis holds. */
export async function jobsScale(): Promise<void> {
  const directory = await temporary();
  const redis = await startRedis(directory);
  const open = await openQueue({ redis: redis.url }, (sentence) => console.log(sentence));
  const rows = [['', 'images', 's', 'RSS MB', 'Redis MB', 'Redis bytes a source', 'status ms']];
  const startMs = performance.now();
  let emptyBytes = 0;
  const mark = async (what: string, images: number) => {
    const info = await open.connection.client.info('memory');
    const bytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0);
    if (images === 0) emptyBytes = bytes;
    const statusMs = performance.now();
    await jobsStatus(open);
    rows.push([
      what,
      String(images),
      ((statusMs - startMs) / 1000).toFixed(1),
      (process.memoryUsage.rss() / 1e6).toFixed(0),
      (bytes / 1e6).toFixed(1),
      images === 0 ? '' : ((bytes - emptyBytes) / SOURCES).toFixed(2),
      (performance.now() - statusMs).toFixed(1),
    ]);
  };
  try {
    await mark('empty', 0);
    let marked = 0;
    const marks: Promise<void>[] = [];
    const { sources, shards } = await submit(open, {
      pipe: {
        inputs: { kind: 'iterable', sources: names() },
        out: join(directory, 'out'),
        engine: 'resize',
      },
      shardSize: SHARD,
      highWater: 1e9,
      attempts: 5,
      drain: new AbortController().signal,
      onProgress: (state) => {
        if (state.sources < ((marked + 1) * SOURCES) / MARKS) return;
        marked += 1;
        marks.push(mark('submitted', state.sources));
      },
    });
    await Promise.all(marks);
    await workOff(sources, shards);
  } finally {
    await open.close();
    redis.process.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
  heading(`${SOURCES} sources in shards of ${SHARD}, no images`);
  table(rows);

  async function workOff(sources: number, shards: number): Promise<void> {
    let done = 0;
    const worker = new Worker<ShardJob>(
      open.name,
      async ({ id = '', data }, token = '') => {
        const at = { manifest: data.manifest, shard: data.shard, job: id, token };
        const facts = { copied: 0, skipped: 0, failed: 0, pixels: data.sources * 65_536, ms: 1 };
        if (!(await recordResult(open, at, { done: data.sources, ...facts, codes: {}, first: [] })))
          throw new UnrecoverableError('a result did not count');
        done += 1;
      },
      { connection: open.connection.client, prefix: PREFIX, concurrency: 8 },
    );
    for (let next = 1; next <= MARKS; next++) {
      while (done < (next * shards) / MARKS) await pause(20);
      await mark('worked off', Math.round((done * sources) / shards));
    }
    await worker.close();
  }
}

function* names(): Generator<string> {
  for (let i = 0; i < SOURCES; i++) yield `/data/photos/${String(i % 1000).padStart(3, '0')}/image-${i}.jpg`;
}
