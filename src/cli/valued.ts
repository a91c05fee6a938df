import * as Flags from '@oclif/core/flags';
import { readWholeNumber, type Read } from './values.js';

/** What a flag says that takes a value. */
export const valued = <T>(read: Read<T>, helpValue: string) => ({
  helpValue,
  parse: (text: string, _context: unknown, flag: { name: string }) =>
    Promise.resolve(read(text, `--${flag.name}`)),
});

export const wholeNumber = Flags.custom<number>(valued(readWholeNumber, 'N'));
