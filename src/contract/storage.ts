import type { Stamp } from './stamp.js';

/**
 * Where files lie: directories of this machine, or objects that are read and written whole. A place is a path or
 * an address, as the storage takes it.
 */
export interface Storage extends Readings {
  /**
   * What lies there.
   * @returns undefined where there is nothing
   * @throws SrganError E_ACCESS, E_READ
   */
  head(place: string, signal?: AbortSignal): Promise<Facts | undefined>;
  /**
   * What lies below a directory or prefix, page by page, in the order of the storage; only a page is held.
   * @param rule.prefix beginning of the names, below the directory, that are wanted
   * @param rule.deep also what lies deeper than in the directory itself
   * @throws SrganError E_STORAGE where it may not be listed or is not there
   */
  list(directory: string, rule?: ListRule): AsyncGenerator<readonly Listed[]>;
  /**
   * Takes what is to be put at a place, without anybody seeing it there yet.
   * @throws SrganError E_WRITE, E_NOSPC
   */
  stage(place: string, content: Content): Promise<Staged>;
  /** Takes it away, if it is there. */
  remove(place: string): Promise<void>;
  /**
   * Finds out before any work whether something can be put below `directory`, which need not be there.
   * @throws SrganError E_OUT_DIR
   */
  checkWritable(directory: string): Promise<void>;
}

/** All that is needed of where a source comes from. */
export interface Readings {
  /**
   * The bytes of a whole file, as they come.
   * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_CANCELLED, then and while they are read
   */
  read(place: string, rule: ReadRule): Promise<AsyncIterable<Uint8Array>>;
}

export interface ReadRule {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ListRule {
  readonly prefix?: string;
  readonly deep?: boolean;
  readonly signal?: AbortSignal;
}

export interface Listed {
  readonly place: string;
  readonly bytes: number;
}

export interface Facts {
  readonly bytes: number;
  /** In hex, where the storage knows it without reading. */
  readonly sha256?: string;
  /** As it was given when it was put there, by storages that keep such beside the bytes. */
  readonly stamp?: Stamp;
}

/** Bytes, or the file of this machine that holds them, which is not touched by anybody meanwhile. */
export type Content = Uint8Array | { readonly path: string };

export interface Staged {
  readonly bytes: number;
  /**
   * Gives it its name, whole or not at all.
   * @param rule.replace whether what lies there is replaced
   * @returns `there`: something else has the name already, and stays. What has the same bytes counts as put, where
   *   the storage can tell
   * @throws SrganError E_WRITE, E_NOSPC, E_CANCELLED
   */
  publish(rule: PublishRule): Promise<'placed' | 'there'>;
  /** Waits until what was published is there for good. */
  settle(): Promise<void>;
  /** To be called in any case; what was published stays. */
  discard(): Promise<void>;
}

export interface PublishRule {
  readonly replace: boolean;
  /** Of the bytes in hex, where it is known. */
  readonly sha256?: string | undefined;
  readonly stamp?: Stamp | undefined;
  readonly signal?: AbortSignal | undefined;
}
