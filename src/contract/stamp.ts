import { hash } from 'node:crypto';

/** What a result in a store says of itself, given to it in the request that puts it there. */
export interface Stamp {
  /** Names what the result depends on. */
  readonly key: string;
  /** Holds for one work, place and content alone: a copy elsewhere, or other bytes that keep it, say nothing. */
  readonly seal: string;
}

export interface Stamped {
  /** Such as a shard of a manifest, whoever does it. */
  readonly work: string;
  readonly place: string;
  readonly key: string;
  readonly bytes: number;
  /** Of the bytes in hex. */
  readonly sha256: string;
}

export function stampOf({ work, place, key, bytes, sha256 }: Stamped): Stamp {
  return { key, seal: hash('sha256', JSON.stringify([work, place, key, bytes, sha256])).slice(0, 32) };
}
