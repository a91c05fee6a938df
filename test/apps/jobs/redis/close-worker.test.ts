import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { closeWorker } from '../../../../src/apps/jobs/redis/close-worker.js';
import { PREFIX } from '../../../../src/apps/jobs/redis/keys.js';
import { openQueue } from '../../../../src/apps/jobs/redis/queue.js';
import { proxyTo } from '../../../helpers/cut-off.js';
import { redisServer, withRedis } from '../../../helpers/redis.js';

withRedis(
  'a worker closes while its connections wait to be made again, once nothing is in hand',
  async (t) => {
    const redis = await redisServer(t);
    const proxy = await proxyTo(t, redis.port);
    const notes: string[] = [];
    const open = await openQueue({ redis: `redis://127.0.0.1:${proxy.port}` }, (note) => notes.push(note));
    const worker = new Worker(open.name, () => Promise.resolve(''), {
      connection: open.connection.client,
      prefix: PREFIX,
    });
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    proxy.cut();
    while (open.connection.client.status !== 'reconnecting') await pause(5);
    const inHand = new Map([['a shard', 1]]);
    const order: string[] = [];
    const closed = closeWorker(worker, inHand, new Set(inHand.keys())).then(() => order.push('closed'));
    await pause(100);
    order.push('ended');
    inHand.clear();
    await closed;
    t.deepEqual(order, ['ended', 'closed']);
    t.is(notes.length, 1, notes.join('\n'));
    await open.close();
  },
);
