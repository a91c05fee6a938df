import type { KnownLicence } from '../kept/kept-record.js';
import type { FileSum } from './sums.js';

/** Where networks to be kept lie, once they are on this machine. */
export interface Source {
  readonly directory: string;
  /** In the directory, where one network was named. */
  readonly file?: string;
  /** For a network whose own name says nothing. */
  readonly name: string;
  readonly origin: string;
  readonly licence?: KnownLicence;
  /** Of an npm package, whose files are kept where they lie in it, with its package.json. */
  readonly package?: string;
  /** The archive that was fetched or unpacked. */
  readonly fetched?: FileSum;
  /** The sums were compared, before anything was unpacked. */
  readonly compared?: boolean;
}

export interface SourceOptions {
  /** Empty directory for what is fetched or unpacked. */
  readonly work: string;
  /** Sums that are to be there, in hex. */
  readonly sha256: readonly string[];
  readonly maxDownloadBytes: number;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly onNote: (sentence: string) => void;
}
