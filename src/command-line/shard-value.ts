import { SrganError } from '../system/errors.js';
import { expected } from '../system/expect.js';
import type { Shard } from '../contract/options.js';

/**
 * Parses a shard such as `2/5`.
 * @param name name of the value in error messages
 * @throws SrganError E_USAGE
 */
export function shardIn(text: string, name: string): Shard {
  const [, i, n] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (i === undefined || n === undefined) {
    throw expected('a shard such as 2/5, counted from 1, or auto', name, text);
  }
  const [index, count] = [Number(i), Number(n)];
  if (count < 1) throw new SrganError('E_USAGE', `${name} is ${text}, but there is at least one shard.`);
  if (index < 1 || index > count) {
    throw new SrganError('E_USAGE', `${name} is ${text}, but shards are counted from 1 to ${count}.`);
  }
  return { index, count };
}
