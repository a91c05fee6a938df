import { SrganError } from '../../system/errors.js';
import type { Draft } from './draft.js';

type Broken = Draft & { readonly invalid: SrganError };

/** Stands for all that a list would have had, had it not broken off. */
export function brokenList(prefix: string, objects: number, cause: SrganError): Broken {
  const path = `${prefix}/`;
  const because = cause.message.replace(/^.*?: (?=[^:]*$)/s, '');
  return {
    path,
    invalid: new SrganError(
      'E_STORAGE',
      `${path}: the list of objects broke off after ${objects}: ${because}`,
      {
        cause,
        hint: 'What comes after these was not looked at: the same command with --resume does the rest.',
      },
    ),
  };
}

/** Whether it stands for an unknown number of sources, and is none itself. */
export function isBrokenList<T extends Pick<Draft, 'invalid'>>(
  source: T,
): source is T & { readonly invalid: SrganError } {
  return source.invalid?.code === 'E_STORAGE';
}
