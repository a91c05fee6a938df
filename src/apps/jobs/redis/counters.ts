import type { OpenQueue } from './queue.js';

/** What became of a shard's sources, each counted once by the last that is known of it. */
export interface ShardResult {
  readonly done: number;
  readonly copied: number;
  readonly skipped: number;
  readonly failed: number;
  /** Width × height × pages, summed over the sources that were upscaled. */
  readonly pixels: number;
  /** Time of the attempt that ended it. */
  readonly ms: number;
  /** All failures by code, and the first of them. */
  readonly codes: Readonly<Record<string, number>>;
  readonly first: readonly ImageFailure[];
}

export interface ImageFailure {
  readonly src: string;
  readonly code: string;
  readonly message: string;
}

/** Of a shard's failures so many are kept in Redis; its journal has them all. */
export const FAILURES_KEPT = 5;

/** Of a manifest, summed over its shards that have a result. */
export interface Totals {
  readonly shards: number;
  readonly sources: number;
  /** The list was read to its end. */
  readonly complete: boolean;
  readonly shardsDone: number;
  readonly done: number;
  readonly copied: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pixels: number;
}

/**
 * Puts a shard's result in the place of an earlier one, so that a shard which is done twice counts once, but only
 * by the worker that holds the shard: one that comes back after its lock is gone changes nothing.
 */
const RECORD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local names = {'done', 'copied', 'skipped', 'failed', 'pixels', 'ms'}
local before = redis.call('HGET', KEYS[2], ARGV[2])
local old = {}
for value in string.gmatch(before or '', '%d+') do old[#old + 1] = tonumber(value) end
for i, name in ipairs(names) do
  local more = tonumber(ARGV[2 + i]) - (old[i] or 0)
  if more ~= 0 then redis.call('HINCRBY', KEYS[3], name, string.format('%.0f', more)) end
end
if not before then redis.call('HINCRBY', KEYS[3], 'shardsDone', 1) end
redis.call('HSET', KEYS[2], ARGV[2], table.concat({unpack(ARGV, 3, 8)}, ','))
local function count(text, sign)
  for code, number in pairs(cjson.decode(text).codes) do
    redis.call('HINCRBY', KEYS[5], code, sign * number)
  end
end
local failures = redis.call('HGET', KEYS[4], ARGV[2])
if failures then count(failures, -1) end
if ARGV[9] == '' then redis.call('HDEL', KEYS[4], ARGV[2])
else
  count(ARGV[9], 1)
  redis.call('HSET', KEYS[4], ARGV[2], ARGV[9])
end
return 1`;

/** @returns whether it counts: false where another worker has the shard by now */
export async function recordResult(
  { connection, keys }: OpenQueue,
  { manifest, shard, job, token }: { manifest: string; shard: number; job: string; token: string },
  { done, copied, skipped, failed, pixels, ms, codes, first }: ShardResult,
): Promise<boolean> {
  const failures = failed === 0 ? '' : JSON.stringify({ codes, first: first.slice(0, FAILURES_KEPT) });
  const counted = await connection.client.eval(
    RECORD,
    5,
    keys.lock(job),
    keys.results(manifest, shard),
    keys.totals(manifest),
    keys.failures(manifest),
    keys.codes(manifest),
    token,
    String(shard),
    ...[done, copied, skipped, failed, pixels, Math.round(ms)].map(String),
    failures,
  );
  return counted === 1;
}

/** Totals of what was submitted never fall: a list that is walked again starts from its beginning. */
const SUBMITTED = `
for i = 1, 2 do
  local name = ({'shards', 'sources'})[i]
  local before = tonumber(redis.call('HGET', KEYS[1], name) or '0')
  if tonumber(ARGV[i]) > before then redis.call('HSET', KEYS[1], name, ARGV[i]) end
end
if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'complete', '1') end`;

export async function recordSubmitted(
  { connection, keys }: OpenQueue,
  manifest: string,
  { shards, sources, complete }: Pick<Totals, 'shards' | 'sources' | 'complete'>,
): Promise<void> {
  const numbers = [String(shards), String(sources), complete ? '1' : '0'];
  await connection.client.eval(SUBMITTED, 1, keys.totals(manifest), ...numbers);
}

/** Which of the shards have a result. */
export async function haveResults(
  { connection, keys }: OpenQueue,
  manifest: string,
  shards: readonly number[],
): Promise<boolean[]> {
  const asked = connection.client.pipeline();
  for (const shard of shards) asked.hexists(keys.results(manifest, shard), String(shard));
  const answers = (await asked.exec()) ?? [];
  return answers.map(([error, there]) => {
    if (error) throw error;
    return there === 1;
  });
}

export async function totalsOf({ connection, keys }: OpenQueue, manifest: string): Promise<Totals> {
  const found = await connection.client.hgetall(keys.totals(manifest));
  const number = (name: string) => Number(found[name] ?? 0);
  return {
    shards: number('shards'),
    sources: number('sources'),
    complete: found['complete'] === '1',
    shardsDone: number('shardsDone'),
    done: number('done'),
    copied: number('copied'),
    skipped: number('skipped'),
    failed: number('failed'),
    pixels: number('pixels'),
  };
}

/** How many images failed with each code. */
export async function codesOf(
  { connection, keys }: OpenQueue,
  manifest: string,
): Promise<Record<string, number>> {
  const found = Object.entries(await connection.client.hgetall(keys.codes(manifest)));
  return Object.fromEntries(found.map(([code, n]) => [code, Number(n)] as const).filter(([, n]) => n > 0));
}

/** The shards that have failures, a few at a time, each with the first of its failures. */
export async function* failuresOf(
  { connection, keys }: OpenQueue,
  manifest: string,
): AsyncGenerator<{ shard: number; first: readonly ImageFailure[] }> {
  let cursor = '0';
  const given = new Set<string>();
  do {
    const [next, fields] = await connection.client.hscan(keys.failures(manifest), cursor);
    cursor = next;
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const shard = fields[i] ?? '';
      // a scan may give what it gave before
      if (given.has(shard)) continue;
      given.add(shard);
      const { first } = JSON.parse(fields[i + 1] ?? '') as Pick<ShardResult, 'first'>;
      yield { shard: Number(shard), first };
    }
  } while (cursor !== '0');
}
