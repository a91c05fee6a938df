import type { Interfaces } from '@oclif/core';
import * as Flags from '@oclif/core/flags';
import type { BenchmarkOptions } from './benchmark-settings.js';
import { networkFlags, resultFlags } from '../../command-line/flags/flags.js';
import { reportingFlags } from '../../command-line/flags/report-flags.js';
import { valued, wholeNumber } from '../../command-line/flags/valued.js';
import { readWholeNumbers } from '../../command-line/values.js';
import { configLayer } from '../../command-line/config-file.js';
import { environmentLayer, withDefaults } from '../../command-line/defaults.js';
import { pipeFlags } from '../../command-line/flags/pipe-flags.js';

const wholeNumbers = Flags.custom<number[]>(valued(readWholeNumbers, 'N,N,…'));

const measurement = { helpGroup: 'MEASUREMENT' };
const { scale } = resultFlags;
const { model, engine, device, tile } = networkFlags;
const { json, quiet, verbose, config } = reportingFlags;

export const benchmarkFlags = {
  'batch-sizes': wholeNumbers({ ...measurement, description: 'Images per batch (default: 10,50,100).' }),
  'thread-counts': wholeNumbers({
    ...measurement,
    description: 'Numbers of worker threads (default: 1,2,4,8).',
  }),
  'image-size': wholeNumber({
    ...measurement,
    description: 'Width and height of the images in pixels (default: 256).',
  }),
  warmup: wholeNumber({
    ...measurement,
    description: 'Warm-up images per worker before timing starts (default: 2).',
  }),
  repeat: wholeNumber({
    ...measurement,
    description: 'Rounds; every configuration runs once in each (default: 3).',
  }),
  seed: wholeNumber({ ...measurement, description: 'Seed of the generated images (default: 1).' }),
  scale,
  model,
  engine,
  device,
  tile,
  json,
  html: Flags.string({
    helpGroup: 'REPORT',
    helpValue: 'FILE',
    description: 'Write an HTML page with plots to FILE.',
  }),
  save: Flags.boolean({
    helpGroup: 'REPORT',
    description:
      'Save the recommended number of threads as the default, in the nearest srgan.config.json or a new one here.',
  }),
  quiet,
  verbose,
  config,
};

export type BenchmarkFlags = Partial<Interfaces.InferredFlags<typeof benchmarkFlags>>;

/** The flags under the names that the options have. */
export function benchmarkOptionsOf(flags: BenchmarkFlags): BenchmarkOptions {
  const { model, engine, device, scale, tile } = flags;
  return {
    batchSizes: flags['batch-sizes'],
    threadCounts: flags['thread-counts'],
    imageSizePx: flags['image-size'],
    warmup: flags.warmup,
    repeat: flags.repeat,
    seed: flags.seed,
    workload: { model, engine, device, scale, tile },
  };
}

/** The configuration file is that of `pipe`; what the benchmark has no flag for does not concern it. */
export async function fillBenchmarkFlags(given: BenchmarkFlags): Promise<BenchmarkFlags> {
  const environment = environmentLayer(benchmarkFlags, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  return withDefaults(given, benchmarkFlags, [
    environment,
    await configLayer(config, process.cwd(), pipeFlags),
  ]);
}
