import { hash } from 'node:crypto';

/** Metadata of a result in an object store, set by the request that puts it there. */
export interface Stamp {
  /** Key of everything the result depends on. */
  readonly key: string;
  /** Valid only for one work, place and content: a copy elsewhere, or changed bytes, do not match it. */
  readonly seal: string;
}

export interface Stamped {
  /** Identifies the work, such as a shard of a manifest, independent of who does it. */
  readonly work: string;
  readonly place: string;
  readonly key: string;
  readonly bytes: number;
  /** Checksum of the bytes in hex. */
  readonly sha256: string;
}

export function stampOf({ work, place, key, bytes, sha256 }: Stamped): Stamp {
  return { key, seal: hash('sha256', JSON.stringify([work, place, key, bytes, sha256])).slice(0, 32) };
}
