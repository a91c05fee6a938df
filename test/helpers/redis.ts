import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import type { ExecutionContext } from 'ava';
import { freePort } from './free-port.js';
import { temporaryDirectory } from './temporary-directory.js';
import { testWhere } from './where.js';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0 && process.platform !== 'win32';

/** A test that needs Redis, one after the other: each has a server and workers of its own. */
export const withRedis = testWhere(hasRedis, 'there is no redis-server');

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again, on the same port with the same files. */
  start(): Promise<void>;
}

/** A Redis server on loopback that writes each command to its disk; it ends with the test. */
export async function redisServer(t: ExecutionContext, ...options: string[]): Promise<RedisServer> {
  const directory = await temporaryDirectory(t);
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'always', ...options],
      ],
      { stdio: 'ignore' },
    );
    await answers(port);
  };
  const kill = async () => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGKILL');
    await ended;
  };
  await start();
  t.teardown(kill);
  return { port, url: `redis://127.0.0.1:${port}`, kill, start };
}

/** Resolves when it takes commands. */
async function answers(port: number): Promise<void> {
  const client = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping().catch((error: unknown) => {
    // one with a password answers too
    if (!String(error).includes('NOAUTH')) throw error;
  });
  client.disconnect();
}
