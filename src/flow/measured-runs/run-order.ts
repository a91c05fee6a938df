import type { ErrorCode } from '../../system/errors.js';
import type { PipeOptions } from '../../contract/options.js';

/** The network and what else changes how long an image takes, as `pipe` takes it. */
export type Workload = Pick<PipeOptions, 'model' | 'engine' | 'device' | 'scale' | 'tile'>;

/** One run of the flow, files to files. Plain data: it is sent to the process that runs it. */
export interface RunOrder {
  /** Directory of the sources, as `writeImages` fills it. */
  readonly sources: string;
  readonly images: number;
  readonly out: string;
  /** Images that go through before the clock starts; their results go to `warmupOut`. */
  readonly warmups: number;
  readonly warmupOut: string;
  readonly workload: Workload;
  readonly workers: Pick<PipeOptions, 'threads' | 'sequential'>;
}

export interface RunFigures {
  /** From the first source to the last record. */
  readonly timeMs: number;
  /** Processor time that all threads took meanwhile. */
  readonly cpuMs: number;
  /** From the start of the process to the first source: modules, workers, network, warm-up. */
  readonly startUpMs: number;
  readonly peakRssBytes: number;
  /** Width × height of the images that were timed, summed. */
  readonly inputPixels: number;
}

/** What the process that runs an order sends back. */
export type RunAnswer =
  | { readonly kind: 'done'; readonly figures: RunFigures }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly sentence: string;
      readonly hint: string | undefined;
    };
