import type { Size } from '../system/measures.js';
import type { Device, EngineName } from './engine.js';
import type { Inputs } from './program-inputs.js';
import type { OutputFormat, Outcome } from './job.js';
import type { Effort, KindChoice } from './own-names.js';

/** Options of a run as a program gives them; everything but `inputs` has a default. */
export interface PipeOptions {
  inputs: Inputs | readonly string[];
  /** Output directory, or s3://bucket/prefix. Without one each result goes beside its source. */
  out?: string;
  /** Directory that is mirrored under `out`; found from the inputs where it is not stated. */
  base?: string;
  /** Look into subdirectories of directories. Default true. */
  recursive?: boolean;
  include?: readonly string[];
  exclude?: readonly string[];
  /** Take at most so many sources. */
  limit?: number;
  /**
   * Of the sources do those alone that belong to one of several shards; who belongs where depends on the path below
   * the base alone. All shards together do what one run without would. Each has a journal of its own.
   */
  shard?: Shard;

  /** Template of the output path, such as `{dir}/{name}{suffix}.{ext}`. */
  name?: string;
  suffix?: string;
  /** Default `same`: the source's own format where it can be written, else png. */
  format?: OutputFormat | 'same';
  /** 1..100 for jpeg, webp and avif. */
  quality?: number;
  /** WebP and AVIF without loss. */
  lossless?: boolean;
  /** Never look for repetition in PNG: at best a quarter less time for it, far larger files for flat drawings. */
  fastPng?: boolean;
  /** Leave metadata behind. The colour profile stays, since the pixels mean nothing without it. */
  strip?: boolean;

  /** Any factor above 0. Default: 2 for the embedded networks, the network's own factor otherwise. */
  scale?: number;
  width?: number;
  height?: number;
  minSize?: Size;
  maxSize?: Size;
  /** What to do with an image that already has the wanted size. Default copy. */
  ifLarger?: 'copy' | 'skip';

  /** A network by name or path, in place of what `kind` and `effort` choose. */
  model?: string;
  /** Kind of srgan's own network; `auto` chooses one for each image from its bytes. Default auto. */
  kind?: KindChoice;
  /** Size of srgan's own network: each takes about four times as long as the one before it. Default balanced. */
  effort?: Effort;
  engine?: EngineName;
  device?: Device;
  /** Average over the 8 flips and turns: 8 times the work, slightly better. */
  tta?: boolean;
  /** Do what is linear in a network in fewer steps, for the same result within 1 level of 255. Default true. */
  fold?: boolean;
  /**
   * Compare each tile's result with its source; what is wrong is done once more with the network as published.
   * Default false.
   */
  verify?: boolean;
  /** Side of a tile in input pixels; chosen from the network where it is not stated. */
  tile?: number;
  /** Worker threads. Default: the cores this process may use. */
  threads?: number;
  /**
   * One image after the other, on one worker: the reference that every parallel run's results equal. Excludes
   * `threads` and `chunkSize` above 1.
   */
  sequential?: boolean;
  /** At most so many images are between decode and write at a time. Default: as many as keep the workers busy. */
  chunkSize?: number;
  /**
   * Bytes that images in flight may hold. Default: 512 MiB and 64 MiB for each thread, at most a quarter of what is
   * free, at least 256 MiB. An image that does not fit goes by way of temp files in the directory of its result,
   * which are removed whatever happens.
   */
  maxMemory?: number;
  /**
   * Wait for each result, and what the journal says of it, to be on the disk, so that a power cut costs none that
   * was reported. Default true.
   */
  fsync?: boolean;
  /** Limit of width × height × pages per image, read from the header. Default 100 million. */
  maxPixels?: number;
  /** Limit of width × height × pages of a result. Default 2,000 million. */
  maxOutputPixels?: number;
  /** Limit of the bytes of a result's file. Default 8 GiB. */
  maxOutputBytes?: number;
  /** Limit of the bytes of a source's file. Default 2 GiB. */
  maxInputBytes?: number;
  /** Limit of the frames of an animation, or pages of a TIFF. Default 10,000. */
  maxFrames?: number;
  /**
   * Seconds that an image may take from decode to write; it ends between tiles and between stages. Default 86,400.
   */
  timeLimit?: number;
  /**
   * Files that may be open at a time: fewer images are in flight where they would need more. Default: what the
   * system allows this process.
   */
  maxOpenFiles?: number;
  /**
   * How often an image is tried again that failed for a reason that may pass, such as EIO, EMFILE or a worker that
   * died; after half a second, then twice as long each time. Default 2.
   */
  retries?: number;

  /**
   * File that gets a line for each source and its result, by which an interrupted run can be taken up. None is
   * written without; with `resume` alone `.srgan/journal.ndjson` in the output directory.
   */
  journal?: string;
  /**
   * Pass over what the journal proves done, and do the rest: what failed, is missing, has changed or was never
   * begun. Begins a journal where there is none.
   */
  resume?: boolean | 'strict';
  /** Of the sources do those alone that failed when the journal's run last tried them; takes its journal up. */
  retryFailed?: boolean;
  /**
   * Directory of journals where `out` is an address and not a directory. Default: one of the user's, by the address
   * (`~/.local/state/srgan/…`).
   */
  state?: string;
  /** URL of what speaks the protocol of S3; otherwise as AWS_ENDPOINT_URL_S3 and AWS's own files say. */
  s3Endpoint?: string;
  /** Name the bucket in the path of a request and not in its host. */
  s3PathStyle?: boolean;
  /** Otherwise as AWS_REGION and AWS's own files say, or us-east-1. */
  s3Region?: string;
  /** Let http and https sources lead to addresses that are not public. Default false. */
  allowPrivateAddresses?: boolean;
  skipExisting?: boolean;
  /**
   * Replace results that are there; a source is never replaced. A list that comes as a stream is read to its
   * end first for that; of an iterable only the sources that were pulled already are known.
   */
  overwrite?: boolean;
  /** Plan from the headers and stop there. */
  dryRun?: boolean;
  failFast?: boolean;
  /** Stop after more failures than this: a number, or a share such as '5%'. */
  maxFailures?: number | `${number}%`;

  /** Aborting stops at once, leaving no partial file. */
  signal?: AbortSignal;
  /** Aborting takes no new source and finishes those in flight. */
  drain?: AbortSignal;
  onOutcome?: (outcome: Outcome) => void | Promise<void>;
  /** Called with a sentence for a person about the run as a whole, such as what its engine runs on. */
  onNote?: (sentence: string) => void;
  /** The same of what few people ask for, such as where a journal lies that was not named. */
  onDetail?: (sentence: string) => void;
  /** Called at most once, where the number of sources is known before they are worked off. */
  onTotal?: (sources: number) => void;
}

/** One of several parts of a run. */
export interface Shard {
  /** From 1 to `count`. */
  index: number;
  count: number;
}

/** The options of a run, checked and filled. */
export interface Settings {
  readonly inputs: Inputs;
  readonly out: string | undefined;
  readonly base: string | undefined;
  readonly recursive: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly limit: number;
  readonly shard: Readonly<Shard> | undefined;
  /** Undefined: `{dir}/{name}.{ext}` under `out`, `{dir}/{name}{suffix}.{ext}` beside the source. */
  readonly name: string | undefined;
  /** Undefined: `_{scale}x`, or what the template makes of it. */
  readonly suffix: string | undefined;
  readonly format: OutputFormat | 'same';
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly fastPng: boolean;
  readonly strip: boolean;
  readonly scale: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly minSize: Size | undefined;
  readonly maxSize: Size | undefined;
  readonly ifLarger: 'copy' | 'skip';
  readonly model: string;
  readonly engine: EngineName;
  readonly device: Device;
  readonly tta: boolean;
  readonly fold: boolean;
  readonly verify: boolean;
  readonly tile: number | undefined;
  readonly threads: number;
  readonly sequential: boolean;
  readonly chunkSize: number;
  readonly maxMemory: number;
  readonly fsync: boolean;
  readonly maxPixels: number;
  readonly maxOutputPixels: number;
  readonly maxOutputBytes: number;
  readonly maxInputBytes: number;
  readonly maxFrames: number;
  /** Seconds. */
  readonly timeLimit: number;
  readonly maxOpenFiles: number;
  readonly retries: number;
  readonly journal: string | undefined;
  readonly resume: boolean;
  /** Results that another version made are made anew. */
  readonly strict: boolean;
  readonly retryFailed: boolean;
  readonly s3Endpoint: string | undefined;
  readonly s3PathStyle: boolean | undefined;
  readonly s3Region: string | undefined;
  readonly allowPrivateAddresses: boolean;
  readonly existing: 'refuse' | 'skip' | 'overwrite';
  readonly dryRun: boolean;
  /** Failures after which the run stops: a count, or a share 0..1 of the sources; undefined: never. */
  readonly maxFailures: { count: number } | { share: number } | undefined;
}
