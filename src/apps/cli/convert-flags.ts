import * as Flags from '@oclif/core/flags';
import { wholeNumber } from '../../command-line/flags/valued.js';

export const convertFlags = {
  scale: wholeNumber({
    char: 's',
    description: "One of the network's factors (default: 2 for built-in networks, or its own).",
  }),
  fold: Flags.boolean({ description: 'Write the folded network, which does less work for the same result.' }),
  overwrite: Flags.boolean({ description: 'Overwrite an existing file.' }),
};
