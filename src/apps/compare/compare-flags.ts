import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../command-line/flags/report-flags.js';
import { readWholeNumber } from '../../command-line/values.js';

export const comparedArgs = {
  a: Args.string({
    description: 'The original, or what to compare with.',
    required: true,
    ignoreStdin: true,
  }),
  b: Args.string({ description: 'An image of the same size.', required: true, ignoreStdin: true }),
};

export const compareFlags = {
  shave: Flags.custom<number>({
    helpValue: 'N',
    description: 'Leave out N pixels at each side; papers leave out as many as the factor. Otherwise 0.',
    parse: (text) => Promise.resolve(readWholeNumber(text, '--shave')),
  })(),
  ...jsonFlag,
};
