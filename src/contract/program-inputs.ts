import type { FoundSource, SourceOverrides } from './job.js';

/** A source stated by a program instead of a path. */
export type SourceSpec = { src: string } & SourceOverrides & Record<string, unknown>;

/** Where the sources come from. Exactly one kind per run. */
export type Inputs =
  /** Globs, files, directories and addresses, as on the command line. */
  | { kind: 'patterns'; patterns: readonly string[] }
  /** A byte stream that lists one source per entry; read no faster than it is worked off. */
  | { kind: 'list'; stream: AsyncIterable<Uint8Array>; format: ListFormat }
  /** A list in a file; unlike a stream it can be looked through before the work begins. */
  | {
      kind: 'list-file';
      path: string;
      format: ListFormat;
      /** How it is called where an entry is wrong; otherwise by its path. */
      title?: string;
    }
  /** Sources that were found before, with their places under the output directory, such as those of a shard. */
  | { kind: 'found'; sources: readonly FoundSource[] }
  /** Sources from a program, pulled one by one. */
  | { kind: 'iterable'; sources: AsyncIterable<string | SourceSpec> | Iterable<string | SourceSpec> };

export type ListFormat = 'lines' | 'nul' | 'ndjson';
