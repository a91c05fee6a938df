import * as Flags from '@oclif/core/flags';
import { readWholeNumber } from './values.js';
import { valued } from './valued.js';

const wholeNumber = Flags.custom<number>(valued(readWholeNumber, 'N'));

export const convertFlags = {
  scale: wholeNumber({
    char: 's',
    description: "One of the network's factors; otherwise 2 for those built in, or its own.",
  }),
  fold: Flags.boolean({ description: 'Write a network that does less work for the same result.' }),
  overwrite: Flags.boolean({ description: 'Replace a file that is there already.' }),
};
