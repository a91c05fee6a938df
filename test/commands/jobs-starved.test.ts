import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobsStatus } from '../../src/apps/jobs/status.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { makeCpuGroup } from '../helpers/cpu-group.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { hasRedis, redisServer } from '../helpers/redis.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

const group = hasRedis ? makeCpuGroup(0.15) : undefined;
const whereStarved = testWhere(group !== undefined, 'there is no redis-server, or no control group of CPU');

whereStarved(
  'a worker that gets a seventh of a core keeps its lock while another one waits for it',
  async (t) => {
    const cwd = await temporaryDirectory(t);
    const names = numbered(4);
    await savePngs(join(cwd, 'in'), names, 500, 500);
    const redis = await redisServer(t);
    // the group takes one process
    const options = { cwd, env: { SRGAN_REDIS: redis.url, SRGAN_SUPERVISE: 'no' } };
    const working = ['jobs', 'work', '--once', '--threads', '1', '--lock-duration', '10'];
    const status = async () =>
      JSON.parse((await srgan(['jobs', 'status', '--json'], options)).stdout) as JobsStatus;

    const submitted = await srgan(['jobs', 'submit', 'in', 'out', '--shard-size', '4'], options);
    t.is(submitted.exitCode, 0, submitted.stderr);
    const starved = startSrgan(working, options);
    t.teardown(() => starved.child.kill('SIGKILL'));
    while ((await status()).shards.active === 0);
    group?.add(starved.child.pid ?? 0);
    // it would take what is let go of, and ends when nobody has anything
    const other = await srgan(working, options);
    t.is(other.exitCode, 0, other.stderr);
    t.regex(other.stderr, /^0 shards, 0 images/m);
    const { exitCode, stderr } = await starved.ended;
    group?.remove();
    t.is(exitCode, 0, stderr);
    t.regex(stderr, /^1 shard, 4 images, 0 failed/m);
    t.like(await status(), { images: { total: 4, done: 4, failed: 0 }, failedShards: [] });
    t.deepEqual((await readdir(join(cwd, 'out'))).filter((name) => name !== '.srgan').sort(), names);
  },
);
