import type { Interfaces } from '@oclif/core';
import * as Flags from '@oclif/core/flags';
import { SORTS } from './contender-figures.js';
import { DOWNSCALE_FILTERS } from './filters.js';
import type { ModelComparisonOptions } from './comparison-settings.js';
import { networkFlags } from '../../command-line/flags/flags.js';
import { reportingFlags } from '../../command-line/flags/report-flags.js';
import { resourceFlags } from '../../command-line/flags/resource-flags.js';
import { valued, wholeNumber } from '../../command-line/flags/valued.js';
import { readWords } from '../../command-line/values.js';

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
    description: 'The networks, as --model takes them; otherwise all that are installed and have the factor.',
  }),
  scale: wholeNumber({
    ...measurement,
    char: 's',
    description: "By how much, from 2 to 8; otherwise the first network's own factor, 2 for those built in.",
  }),
  downscale: Flags.option({
    ...measurement,
    options: DOWNSCALE_FILTERS,
    description: 'How the images are made small; otherwise bicubic, as papers do.',
  })(),
  limit: wholeNumber({
    ...measurement,
    description: 'Take at most N images, evenly over all there are; otherwise 10.',
  }),
  warmup: wholeNumber({
    ...measurement,
    description: 'Images per worker before the clock starts, so that loading is not timed; otherwise 1.',
  }),
  repeat: wholeNumber({
    ...measurement,
    description: 'Rounds; in each every network works once. Otherwise 1.',
  }),
  threads,
  device,
  tile,
  sort: Flags.option({
    ...reporting,
    options: SORTS,
    description: 'What the table begins with the best of; otherwise psnr, of RGB.',
  })(),
  json,
  html: Flags.string({
    ...reporting,
    char: 'o',
    helpValue: 'FILE',
    description: 'Write a page with a plot of quality against speed and details side by side to FILE.',
  }),
  crops: wholeNumber({
    ...reporting,
    description: 'Show N details in the page, from 0 to 100; otherwise 12.',
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
