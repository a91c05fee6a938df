import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobsStatus } from '../../src/apps/jobs/status.js';
import { certificateFor, hasOpenssl } from '../helpers/certificate.js';
import { srgan } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { hasRedis, redisServer } from '../helpers/redis.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

const withTls = testWhere(hasRedis && hasOpenssl, 'there is no redis-server, or no openssl');

withTls('Redis over TLS: a trusted certificate serves, any other is refused in one sentence', async (t) => {
  const cwd = await temporaryDirectory(t);
  const names = numbered(6);
  await savePngs(join(cwd, 'in'), names, 16, 16);
  const { authority, certificate, key } = await certificateFor(t, 'localhost');
  const port = await freePort();
  await redisServer(
    t,
    ...['--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-ca-cert-file', authority],
    ...['--tls-cert-file', certificate, '--tls-key-file', key],
  );
  const trusting = { NODE_EXTRA_CA_CERTS: authority };
  const run = (args: readonly string[], url: string, env: Record<string, string> = trusting) =>
    srgan(['jobs', ...args], { cwd, env: { ...env, SRGAN_REDIS: url } });
  const url = `rediss://:secret@localhost:${port}`;

  for (const [at, env, sentence, hint] of [
    [url, {}, /certificate is of an authority that is not trusted here\.\n/, /NODE_EXTRA_CA_CERTS/],
    [
      `rediss://127.0.0.1:${port}`,
      trusting,
      /certificate is for another host\.\n/,
      /as the certificate does/,
    ],
    [`redis://localhost:${port}`, trusting, /ends the connection at once\.\n/, /rediss:/],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(['status'], at, env);
    t.is(exitCode, 2, stderr);
    t.regex(stderr, sentence);
    t.regex(stderr, hint);
    t.is(stderr.trimEnd().split('\n').length, 2, stderr);
    t.false((stdout + stderr).includes('secret'));
  }

  const good = `rediss://localhost:${port}`;
  for (const args of [
    ['submit', 'in', 'out', '--engine', 'resize', '--shard-size', '2'],
    ['work', '--once', '--threads', '1'],
  ]) {
    const { exitCode, stderr } = await run(args, good);
    t.is(exitCode, 0, stderr);
  }
  const { stdout } = await run(['status', '--json'], good);
  t.like((JSON.parse(stdout) as JobsStatus).images, { total: 6, done: 6 });
  t.deepEqual((await readdir(join(cwd, 'out'))).filter((name) => name !== '.srgan').sort(), names);
});
