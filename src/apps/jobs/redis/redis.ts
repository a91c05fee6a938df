import { Redis } from 'ioredis';
import { SrganError } from '../../../system/errors.js';
import { redisFailure } from './redis-failure.js';

/** A connection that comes back by itself: what is asked for while Redis is away waits until it is there again. */
export interface Connection {
  readonly client: Redis;
  /** For people: host and port, never the password. */
  readonly title: string;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/**
 * @param url `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS; never told to anybody
 * @param onNote told in a sentence when Redis goes away and comes back, and what about its set-up is dangerous
 * @throws SrganError E_USAGE where it is no such URL, E_QUEUE where Redis is not there, refuses, or is too old
 */
export async function openRedis(url: string, onNote: (sentence: string) => void): Promise<Connection> {
  const title = titleOf(url);
  const state = { opened: false, away: false, closed: false };
  let refusal: Error | undefined;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) =>
      state.opened ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(times, 10)) : null,
  });
  client.on('error', (error: Error) => {
    refusal ??= error;
    // the reason of a refused log-in comes after that of the connection that it ends
    if (/WRONGPASS|NOAUTH|NOPERM/.test(error.message)) refusal = error;
  });
  client.on('close', () => {
    if (!state.opened || state.away || state.closed) return;
    state.away = true;
    onNote(`Redis at ${title} is away; what is begun goes on, and the rest waits for it.`);
  });
  client.on('ready', () => {
    if (state.away) onNote(`Redis at ${title} is back.`);
    state.away = false;
  });
  try {
    await client.connect();
    const facts = factsIn(await client.info());
    if (older(facts.version, OLDEST)) {
      throw new SrganError('E_QUEUE', `Redis at ${title} is ${facts.version}, but ${OLDEST} is needed.`);
    }
    if (facts.policy !== undefined && facts.policy !== 'noeviction') {
      onNote(
        `Redis at ${title} has maxmemory-policy ${facts.policy}: where its memory is full it would drop jobs. ` +
          'Set it to noeviction.',
      );
    }
  } catch (cause) {
    client.disconnect();
    if (cause instanceof SrganError) throw cause;
    throw redisFailure(title, refusal ?? cause);
  }
  const others = new Set<Redis>();
  quiet(client, others);
  state.opened = true;
  return {
    client,
    title,
    close() {
      state.closed = true;
      // one that has ended would keep the process for the two seconds in which it could end
      for (const each of [client, ...others]) if (each.status !== 'end') each.disconnect();
    },
  };
}

/**
 * BullMQ would print on its own, for every connection, what is told once here.
 * @param others gets the connections that are made from this one
 */
function quiet(client: Redis, others: Set<Redis>): void {
  const info = client.info.bind(client) as (...args: unknown[]) => Promise<string>;
  const duplicate = client.duplicate.bind(client);
  // ioredis itself asks with a callback whether Redis is ready
  const told = async (...args: unknown[]) => {
    const text = await info(...args);
    return args.length > 0 ? text : text.replace(POLICY, '');
  };
  client.info = told;
  client.duplicate = (override) => {
    const other = duplicate(override);
    // the first connection tells of the same
    other.on('error', () => undefined);
    others.add(other);
    quiet(other, others);
    return other;
  };
}

const OLDEST = '6.2.0';
const POLICY = /^maxmemory_policy:(\S+)/m;

function factsIn(info: string): { version: string; policy: string | undefined } {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? OLDEST;
  return { version, policy: POLICY.exec(info)?.[1] };
}

function older(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function titleOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    // what stands there may hold a password
    throw new SrganError('E_USAGE', '--redis needs the URL of a Redis server.', {
      hint: 'Such as redis://localhost:6379, or rediss://USER:PASSWORD@HOST:PORT for TLS; SRGAN_REDIS keeps it off the command line.',
    });
  }
  return `${parsed.hostname || 'localhost'}:${parsed.port || '6379'}`;
}
