import type { FoundSource, SourceOverrides } from './job.js';

/** A source given by a program as an object instead of a path. */
export type SourceSpec = { src: string } & SourceOverrides & Record<string, unknown>;

/** Where the sources come from; a run has exactly one kind. */
export type Inputs =
  /** Globs, files, directories and addresses, as on the command line. */
  | { kind: 'patterns'; patterns: readonly string[] }
  /** A byte stream that lists one source per entry, read only as fast as it is processed. */
  | { kind: 'list'; stream: AsyncIterable<Uint8Array>; format: ListFormat }
  /** A list in a file; unlike a stream it can be read before the work begins. */
  | {
      kind: 'list-file';
      path: string;
      format: ListFormat;
      /** Name of the list in error messages. Default: its path. */
      title?: string;
    }
  /** Sources that were found earlier, with their paths under the output directory, such as those of a shard. */
  | { kind: 'found'; sources: readonly FoundSource[] }
  /** Sources from a program, pulled one by one. */
  | { kind: 'iterable'; sources: AsyncIterable<string | SourceSpec> | Iterable<string | SourceSpec> };

export type ListFormat = 'lines' | 'nul' | 'ndjson';
