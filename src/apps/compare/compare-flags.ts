import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../command-line/flags/report-flags.js';
import { readWholeNumber } from '../../command-line/values.js';

export const comparedArgs = {
  a: Args.string({
    description: 'Original or reference image.',
    required: true,
    ignoreStdin: true,
  }),
  b: Args.string({ description: 'Image of the same size.', required: true, ignoreStdin: true }),
};

export const compareFlags = {
  shave: Flags.custom<number>({
    helpValue: 'N',
    description: 'Ignore N pixels at each border; papers ignore as many as the factor (default: 0).',
    parse: (text) => Promise.resolve(readWholeNumber(text, '--shave')),
  })(),
  ...jsonFlag,
};
