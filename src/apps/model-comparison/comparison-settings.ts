import { expected, integer, oneOf, type Check } from '../../system/expect.js';
import type { PipeOptions, Settings } from '../../contract/options.js';
import { resolveOptions } from '../../flow/settings.js';
import { DOWNSCALE_FILTERS, type DownscaleFilter } from './filters.js';

export interface ModelComparisonOptions {
  /** Globs, files and directories of the originals, as `pipe` takes them. */
  sources: readonly string[];
  /** Names and paths of networks. Default: all that are installed and have the factor. */
  models?: readonly string[];
  /** 2..8. Default: what the first network is for, 2 for those that are built in. */
  scale?: number;
  /** Default bicubic. */
  downscale?: DownscaleFilter;
  /** At most so many images, taken evenly over all, 1..10,000. Default 10. */
  limit?: number;
  /** Images per worker that go through before the clock starts, 0..100. Default 1. */
  warmup?: number;
  /** Rounds, 1..100; in each every network works once. Default 1. */
  repeat?: number;
  /** Places that are cut out for a page, 0..100. Default 0. */
  crops?: number;
  threads?: number;
  device?: PipeOptions['device'];
  tile?: number;
}

/** Checked and filled. */
export interface ModelComparisonSettings {
  readonly sources: readonly string[];
  readonly models: readonly string[] | undefined;
  readonly scale: number | undefined;
  readonly downscale: DownscaleFilter;
  readonly limit: number;
  readonly warmup: number;
  readonly repeat: number;
  readonly crops: number;
  readonly threads: number;
  readonly device: Settings['device'];
  readonly tile: number | undefined;
}

const whole = (min: number, max: number) => integer(min, max, `a whole number from ${min} to ${max}`);

/** Those that the plain kernel, which all is compared with, has as well. */
export const SCALE: Check = whole(2, 8);

const CHECKS = {
  scale: SCALE,
  downscale: oneOf(DOWNSCALE_FILTERS),
  limit: whole(1, 10_000),
  warmup: whole(0, 100),
  repeat: whole(1, 100),
  crops: whole(0, 100),
} satisfies Partial<Record<keyof ModelComparisonOptions, Check>>;

/** @throws SrganError E_USAGE */
export async function resolveModelComparison(
  options: ModelComparisonOptions,
): Promise<ModelComparisonSettings> {
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = options[name as keyof typeof CHECKS];
    if (value !== undefined && !check.holds(value)) throw expected(check.what, name, value);
  }
  const { sources, models } = options;
  if (models && (models.length === 0 || models.includes('')))
    throw expected('names or paths with commas between them', 'models', [...models]);
  const { threads, device, tile } = await resolveOptions({
    inputs: [],
    threads: options.threads,
    device: options.device,
    tile: options.tile,
  });
  return {
    sources,
    models: models && [...new Set(models)],
    scale: options.scale,
    downscale: options.downscale ?? 'bicubic',
    limit: options.limit ?? 10,
    warmup: options.warmup ?? 1,
    repeat: options.repeat ?? 1,
    crops: options.crops ?? 0,
    threads,
    device,
    tile,
  };
}
