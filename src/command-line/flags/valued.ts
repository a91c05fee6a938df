import * as Flags from '@oclif/core/flags';
import { parseBytes } from '../../system/measures.js';
import { readNumber, readPixels, readWholeNumber, type Read } from '../values.js';

/** Properties of a flag with a value. */
export const valued = <T>(read: Read<T>, helpValue: string) => ({
  helpValue,
  parse: (text: string, _context: unknown, flag: { name: string }) =>
    Promise.resolve(read(text, `--${flag.name}`)),
});

export const number = Flags.custom<number>(valued(readNumber, 'N'));
export const pixels = Flags.custom<number>(valued(readPixels, 'N'));
export const bytes = Flags.custom<number>(valued(parseBytes, 'BYTES'));
export const wholeNumber = Flags.custom<number>(valued(readWholeNumber, 'N'));
