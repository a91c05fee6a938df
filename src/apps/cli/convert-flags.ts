import * as Flags from '@oclif/core/flags';
import { wholeNumber } from '../../command-line/flags/valued.js';

export const convertFlags = {
  scale: wholeNumber({
    char: 's',
    description: "One of the network's factors; otherwise 2 for those built in, or its own.",
  }),
  fold: Flags.boolean({ description: 'Write a network that does less work for the same result.' }),
  overwrite: Flags.boolean({ description: 'Replace a file that is there already.' }),
};
