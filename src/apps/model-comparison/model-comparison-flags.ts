import type { Interfaces } from '@oclif/core';
import * as Flags from '@oclif/core/flags';
import { SORTS } from './contender-figures.js';
import { DOWNSCALE_FILTERS } from './filters.js';
import type { ModelComparisonOptions } from './comparison-settings.js';
import { networkFlags, resourceFlags } from '../../command-line/flags/flags.js';
import { reportingFlags } from '../../command-line/flags/report-flags.js';
import { valued, wholeNumber } from '../../command-line/flags/valued.js';
import { readWords } from '../../command-line/values.js';
import { configLayer } from '../../command-line/config-file.js';
import { environmentLayer, withDefaults } from '../../command-line/defaults.js';
import { pipeFlags } from '../../command-line/flags/pipe-flags.js';

const words = Flags.custom<string[]>(valued(readWords, 'NAME|PATH,…'));

const measurement = { helpGroup: 'MEASUREMENT' };
const reporting = { helpGroup: 'REPORT' };
const { device, tile } = networkFlags;
const { threads } = resourceFlags;
const { json, quiet, verbose, config } = reportingFlags;

export const modelComparisonFlags = {
  models: words({
    ...measurement,
    char: 'm',
    description: 'Networks to compare, as for --model (default: all installed ones with the factor).',
  }),
  scale: wholeNumber({
    ...measurement,
    char: 's',
    description: "Scale factor, 2 to 8 (default: the first network's own, 2 for built-in networks).",
  }),
  downscale: Flags.option({
    ...measurement,
    options: DOWNSCALE_FILTERS,
    description: 'Filter that makes the images small (default: bicubic, as in papers).',
  })(),
  limit: wholeNumber({
    ...measurement,
    description: 'Use at most N images, spread evenly over all (default: 10).',
  }),
  warmup: wholeNumber({
    ...measurement,
    description: 'Warm-up images per worker before timing starts (default: 1).',
  }),
  repeat: wholeNumber({
    ...measurement,
    description: 'Rounds; every network runs once in each (default: 1).',
  }),
  threads,
  device,
  tile,
  sort: Flags.option({
    ...reporting,
    options: SORTS,
    description: 'Figure to sort by, best first (default: psnr, of RGB).',
  })(),
  json,
  html: Flags.string({
    ...reporting,
    char: 'o',
    helpValue: 'FILE',
    description: 'Write an HTML page with a plot of quality against speed and details side by side.',
  }),
  crops: wholeNumber({
    ...reporting,
    description: 'Number of details on the page, 0 to 100 (default: 12).',
  }),
  quiet,
  verbose,
  config,
};

export type ModelComparisonFlags = Partial<Interfaces.InferredFlags<typeof modelComparisonFlags>>;

const CROPS = 12;

/** The flags under the names that the options have. */
export function modelComparisonOptionsOf(
  sources: readonly string[],
  flags: ModelComparisonFlags,
): ModelComparisonOptions {
  const { models, scale, downscale, limit, warmup, repeat, threads, device, tile, html } = flags;
  const crops = html === undefined ? 0 : (flags.crops ?? CROPS);
  return { sources, models, scale, downscale, limit, warmup, repeat, threads, device, tile, crops };
}

/** How a run uses the machine; which images and what factor are a matter of this command line. */
const FROM_FILE = { threads, device, tile };

/** The configuration file is that of `pipe`. */
export async function fillModelComparisonFlags(given: ModelComparisonFlags): Promise<ModelComparisonFlags> {
  const environment = environmentLayer({ ...FROM_FILE, config: modelComparisonFlags.config }, process.env);
  const config = given.config ?? (environment.values.get('config') as string | undefined);
  const file = await configLayer(config, process.cwd(), pipeFlags);
  return withDefaults(given, FROM_FILE, [environment, file]);
}
