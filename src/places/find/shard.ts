import { hash } from 'node:crypto';
import path from 'node:path';
import { bytesOf } from '../../system/files/file-names.js';
import type { Source } from '../../contract/job.js';
import type { Shard } from '../../contract/options.js';
import { isBrokenList } from './broken-list.js';

/** Digits of SHA-256 that count: 48 bits, so that no shard of a million is likelier than another by 4 in 10⁹. */
const HEX_DIGITS = 12;

/**
 * Which of `count` shards a source belongs to, from 1 on: SHA-256 of its path below the base, modulo `count`.
 * The order of a listing, where the base lies, separators and Unicode forms of a letter make no difference.
 */
export function shardOf({ relativePath }: Pick<Source, 'relativePath'>, count: number): number {
  const name = relativePath.replaceAll(path.sep, '/').normalize('NFC');
  return (Number.parseInt(hash('sha256', bytesOf(name)).slice(0, HEX_DIGITS), 16) % count) + 1;
}

/** A list that broke off may have had sources of each shard, and not every shard need have met that. */
export const isInShard = (
  source: Pick<Source, 'relativePath' | 'invalid'>,
  { index, count }: Shard,
): boolean => isBrokenList(source) || shardOf(source, count) === index;

/** `2-of-5`: what tells the files of one shard from those of the others. */
export const shardName = ({ index, count }: Shard): string => `${index}-of-${count}`;

/** The file of one shard, where all are told the same: `failed.ndjson` is `failed-2-of-5.ndjson`. */
export function fileOfShard(file: string, shard: Shard | undefined): string {
  if (!shard) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${shardName(shard)}${ext}`);
}

/** The name that all shards share, of one that `fileOfShard` may have made. */
export function withoutShard(name: string, shard: Shard | undefined): string {
  const ending = shard ? `-${shardName(shard)}` : '';
  return name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name;
}
