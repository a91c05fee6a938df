import { SrganError } from '../../system/errors.js';

export const PLACEHOLDERS = [
  'dir',
  'name',
  'suffix',
  'ext',
  'srcext',
  'scale',
  'model',
  'width',
  'height',
  'hash',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Literal text, or a placeholder; `digits` of a hash. */
export type Part = string | { readonly placeholder: Placeholder; readonly digits: number };

const HASH_DIGITS = 64;

/**
 * Takes a name template such as `{dir}/{name}{suffix}.{ext}` apart. Braces around anything but a word stand
 * for themselves.
 * @throws SrganError E_USAGE for an unknown placeholder
 */
export function parseTemplate(template: string): Part[] {
  return template.split(/(\{\w+(?::\w*)?\})/).flatMap((piece, at): Part[] => {
    if (at % 2 === 0) return piece === '' ? [] : [piece];
    const [word = '', argument] = piece.slice(1, -1).split(':');
    const placeholder = PLACEHOLDERS.find((known) => known === word);
    const digits = argument === undefined ? HASH_DIGITS : Number(argument);
    const wellFormed = argument === undefined || (word === 'hash' && digits >= 1 && digits <= HASH_DIGITS);
    if (!placeholder || !wellFormed || !Number.isInteger(digits)) throw unknown(piece, template);
    return [{ placeholder, digits }];
  });
}

export function placeholdersOf(parts: readonly Part[]): ReadonlySet<Placeholder> {
  return new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.placeholder])));
}

export function fillTemplate(
  parts: readonly Part[],
  value: (placeholder: Placeholder, digits: number) => string,
): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : value(part.placeholder, part.digits)))
    .join('');
}

/** @throws SrganError E_USAGE where the template is unknown, leaves its directory, or names no file */
export function checkTemplate(template: string): void {
  parseTemplate(template);
  if (/^([\\/]|[a-z]:)/i.test(template) || template.split(/[\\/]/).includes('..')) {
    throw new SrganError('E_USAGE', `The name ${template} leaves the output directory.`, {
      hint: 'Name the directory with --out; the template is relative to it.',
    });
  }
  if (/[\\/]$/.test(template))
    throw new SrganError('E_USAGE', `The name ${template} ends without a file name.`);
}

/** @throws SrganError E_USAGE where the suffix would open a directory */
export function checkSuffix(suffix: string): void {
  if (/[\\/\0]/.test(suffix)) {
    throw new SrganError('E_USAGE', `The suffix ${suffix} holds a path separator.`, {
      hint: 'Directories belong into --name.',
    });
  }
}

function unknown(piece: string, template: string): SrganError {
  const known = PLACEHOLDERS.map((name) => (name === 'hash' ? '{hash:8}' : `{${name}}`)).join(' ');
  return new SrganError('E_USAGE', `${piece} in the name ${template} is unknown.`, {
    hint: `There are ${known}.`,
  });
}
