import { SrganError } from '../../system/errors.js';
import { usableCores } from '../../system/machine.js';
import type { Degradation } from './degrade/degrade.js';
import type { Factor, NetworkSize } from './shape.js';

/** What `srgan train` is asked for. */
export interface TrainOptions {
  /** Pictures to learn from: files, directories and globs. */
  readonly pictures: readonly string[];
  /** The .onnx file to write. */
  readonly out: string;
  readonly scale?: Factor | undefined;
  readonly size?: NetworkSize | undefined;
  readonly degrade?: Degradation | undefined;
  /** A built-in network by name, or the path of one, to begin from. */
  readonly from?: string | undefined;
  readonly steps?: number | undefined;
  readonly hours?: number | undefined;
  /** Pictures to judge by; otherwise every 20th of `pictures`, which is then not learned from. */
  readonly validate?: string | undefined;
  readonly seed?: number | undefined;
  readonly rate?: number | undefined;
  /** Patches that each step learns from. */
  readonly batch?: number | undefined;
  readonly threads?: number | undefined;
  readonly maxMemory?: number | undefined;
  readonly html?: string | undefined;
  /** Continue from the checkpoint beside `out`. */
  readonly resume?: boolean | undefined;
}

export interface TrainSettings {
  readonly scale: Factor;
  readonly size: NetworkSize;
  readonly degrade: Degradation;
  /** One of the two is the end. */
  readonly steps: number | undefined;
  readonly hours: number | undefined;
  readonly seed: number;
  /** Highest and last learning rate. */
  readonly rate: number;
  readonly endRate: number;
  readonly threads: number;
  readonly maxPictureBytes: number;
  readonly batch: number;
  readonly sidePx: number;
  readonly batchesPerChunk: number;
}

const MIB = 2 ** 20;
const DEFAULT_STEPS = 200_000;
/** In the same time 4 patches a step reached 0.2 dB more than 8, and 0.6 dB more than 16, in a training of minutes. */
const DEFAULT_BATCH = 4;
/** Highest learning rate for a new network, by size: larger ones need smaller steps. */
const RATES = { s: 2.5e-3, m: 1.5e-3, l: 1e-3 };
/** For a network that has learned already. */
const RATE_FROM = 5e-4;

/** @throws SrganError E_USAGE */
export async function trainSettings(options: TrainOptions): Promise<TrainSettings> {
  const { steps, hours, rate, threads, seed, batch } = options;
  if (steps !== undefined && hours !== undefined) {
    throw new SrganError('E_USAGE', 'Take --steps or --hours, not both.');
  }
  if (!/\.onnx$/i.test(options.out)) {
    throw new SrganError('E_USAGE', `${options.out}: the network is written as an .onnx file.`);
  }
  for (const [name, value] of Object.entries({ steps, hours, rate, threads, batch })) {
    if (value !== undefined && !(value > 0)) {
      throw new SrganError('E_USAGE', `--${name} needs a number above 0, not ${value}.`);
    }
  }
  const size = options.size ?? 'm';
  return {
    scale: options.scale ?? 2,
    size,
    degrade: options.degrade ?? 'clean',
    steps: hours === undefined ? (steps ?? DEFAULT_STEPS) : undefined,
    hours,
    seed: seed ?? 1,
    rate: rate ?? (options.from === undefined ? RATES[size] : RATE_FROM),
    endRate: 1e-5,
    threads: threads ?? (await usableCores()),
    maxPictureBytes: options.maxMemory ?? 1024 * MIB,
    batch: batch ?? DEFAULT_BATCH,
    sidePx: 48,
    batchesPerChunk: 16,
  };
}
