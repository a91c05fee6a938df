import type { SrganError } from '../../system/errors.js';
import type { SourceOverrides } from '../../contract/job.js';

/** A source before it has a number and its place under the output directory. */
export interface Draft {
  readonly path: string;
  /** Directory that is mirrored, where the input itself tells; else the run's base counts. */
  readonly base?: string;
  readonly overrides?: SourceOverrides;
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Named on the command line itself, and so a source whatever its name says. */
  readonly stated?: boolean;
  readonly invalid?: SrganError;
}
