import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { readdir, stat } from '../../system/files/fs.js';
import { removeShardSuffix } from '../../places/find/shard.js';
import { forWindowsName } from '../plan/place.js';
import { JOURNALS } from '../../places/storage/journals.js';
import { shardsTogether, readBatch, type BatchState } from './state.js';

const EXTENSION = '.ndjson';

/** Returns an id such as 20261124-150405-ab12, in UTC, so that sorting by name sorts by time. */
export function newBatchId(now = new Date()): string {
  const [day = '', time = ''] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${day}-${time}-${randomBytes(2).toString('hex')}`;
}

/**
 * Returns the path of a batch's journal.
 * @throws SrganError E_USAGE where the id cannot be a file name on every system
 */
export function batchFile(out: string, id: string): string {
  const name = `${id}${EXTENSION}`;
  if (!/^[a-z0-9][\w.-]{0,63}$/i.test(id) || forWindowsName(name) !== name) {
    throw new SrganError('E_USAGE', `'${id}' cannot be the id of a batch.`, {
      hint: 'Take up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
    });
  }
  return path.join(out, JOURNALS, name);
}

/**
 * Lists all batches with a journal in `out`, newest first. A journal without a whole first line is left out.
 * @throws SrganError E_USAGE where a journal cannot be read, or there is no directory `out`
 */
export async function listBatches(out: string): Promise<BatchState[]> {
  const states: BatchState[] = [];
  for (const name of await namesIn(out)) {
    const state = name.endsWith(EXTENSION) ? await readBatch(path.join(out, JOURNALS, name)) : undefined;
    if (state) states.push(state);
  }
  return states.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/**
 * Finds a batch by its id: the shards of a batch together by the id that they share, or one of them by its own.
 * @param id default: the newest batch
 * @throws SrganError E_USAGE where there is no such batch
 */
export async function findBatch(out: string, id: string | undefined): Promise<BatchState> {
  const batches = await listBatches(out);
  const found = id === undefined ? batches[0] : batches.find((batch) => batch.id === id);
  const shared = id ?? (found && removeShardSuffix(found.id, found.shard));
  const isOfShards = shared !== undefined && (id === undefined ? found?.shard : !found);
  const batch = isOfShards ? shardsTogether(shared, batches) : found;
  if (batch) return batch;
  throw noBatch(out, id);
}

export function noBatch(out: string, id: string | undefined): SrganError {
  const what = id === undefined ? 'no batch' : `no batch ${id}`;
  const hint = id === undefined ? 'Name the directory of its results.' : `See: srgan batch list ${out}`;
  return new SrganError('E_USAGE', `There is ${what} in ${out}.`, { hint });
}

async function namesIn(out: string): Promise<string[]> {
  try {
    return await readdir(path.join(out, JOURNALS));
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' && (await isDirectory(out))) return [];
    throw new SrganError('E_USAGE', `${out}: there is no such directory.`, { cause });
  }
}

async function isDirectory(directory: string): Promise<boolean> {
  return stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
