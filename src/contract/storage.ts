import type { Stamp } from './stamp.js';

/**
 * A storage of files: directories of this machine, or an object store whose objects are read and written whole. A
 * place is a path or an address in the form that the storage takes.
 */
export interface Storage extends Readings {
  /**
   * Returns size and checksum of the file at `place`, or undefined where there is none.
   * @throws SrganError E_ACCESS, E_READ
   */
  head(place: string, signal?: AbortSignal): Promise<Facts | undefined>;
  /**
   * Lists a directory or prefix page by page, in the storage's own order; only one page is held in memory.
   * @param rule.prefix list only names that begin with this, relative to the directory
   * @param rule.deep also list what lies in subdirectories
   * @throws SrganError E_STORAGE where it may not be listed or is not there
   */
  list(directory: string, rule?: ListRule): AsyncGenerator<readonly Listed[]>;
  /**
   * Stores content for a place without making it visible there yet.
   * @throws SrganError E_WRITE, E_NOSPC
   */
  stage(place: string, content: Content): Promise<Staged>;
  /** Removes the file, if there is one. */
  remove(place: string): Promise<void>;
  /**
   * Checks before any work begins that files can be written below `directory`, which need not exist.
   * @throws SrganError E_OUT_DIR
   */
  checkWritable(directory: string): Promise<void>;
}

/** The part of a storage that is needed to read sources. */
export interface Readings {
  /**
   * Streams the bytes of a file.
   * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_CANCELLED, at once or while reading
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
  /** In hex, where the storage knows it without reading the file. */
  readonly sha256?: string;
  /** The stamp given at publishing, from storages that keep metadata. */
  readonly stamp?: Stamp;
}

/** Bytes, or a local file that holds them and that nobody changes meanwhile. */
export type Content = Uint8Array | { readonly path: string };

export interface Staged {
  readonly bytes: number;
  /**
   * Makes the content visible under its name, whole or not at all.
   * @param rule.replace replace an existing file
   * @returns `there` where another file already has the name, which is kept. A file with the same bytes counts as
   *   placed, where the storage can tell
   * @throws SrganError E_WRITE, E_NOSPC, E_CANCELLED
   */
  publish(rule: PublishRule): Promise<'placed' | 'there'>;
  /** Waits until what was published is durable. */
  settle(): Promise<void>;
  /** Must always be called; what was published stays. */
  discard(): Promise<void>;
}

export interface PublishRule {
  readonly replace: boolean;
  /** Checksum of the bytes in hex, where it is known. */
  readonly sha256?: string | undefined;
  readonly stamp?: Stamp | undefined;
  readonly signal?: AbortSignal | undefined;
}
