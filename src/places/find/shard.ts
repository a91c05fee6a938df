import { hash } from 'node:crypto';
import path from 'node:path';
import { bytesOf } from '../../system/files/file-names.js';
import type { Source } from '../../contract/job.js';
import type { Shard } from '../../contract/options.js';
import { isBrokenList } from './draft.js';

/** The digits of SHA-256 that are used: 48 bits keep a million shards balanced within 4 in 10⁹. */
const HEX_DIGITS = 12;

/**
 * Returns the shard of a source, 1 to `count`: SHA-256 of its path below the base, modulo `count`. Independent of
 * the order of listing, the location of the base, path separators and Unicode normalization.
 */
export function shardOf({ relativePath }: Pick<Source, 'relativePath'>, count: number): number {
  const name = relativePath.replaceAll(path.sep, '/').normalize('NFC');
  return (Number.parseInt(hash('sha256', bytesOf(name)).slice(0, HEX_DIGITS), 16) % count) + 1;
}

/** The rest of a broken list belongs to every shard, since it may contain sources of each. */
export const isInShard = (
  source: Pick<Source, 'relativePath' | 'invalid'>,
  { index, count }: Shard,
): boolean => isBrokenList(source) || shardOf(source, count) === index;

/** Returns the part of file names that identifies a shard, such as `2-of-5`. */
export const shardName = ({ index, count }: Shard): string => `${index}-of-${count}`;

/** Returns a shard's own name for a file: `failed.ndjson` becomes `failed-2-of-5.ndjson`. */
export function shardFile(file: string, shard: Shard | undefined): string {
  if (!shard) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${shardName(shard)}${ext}`);
}

/** Removes the suffix that `shardFile` adds. */
export function removeShardSuffix(name: string, shard: Shard | undefined): string {
  const ending = shard ? `-${shardName(shard)}` : '';
  return name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name;
}
