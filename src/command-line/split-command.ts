import type { FlagDefinition } from './defaults.js';

/** The part of a flag's definition that determines its syntax. */
type Written = Pick<FlagDefinition, 'type'> & { readonly char?: string };

/** A command line that contains another one: its own flags, then the other command. */
export interface SplitCommand {
  readonly own: readonly string[];
  readonly command: readonly string[];
}

/** Splits at the first word that is neither a flag nor the value of one, or after `--`. */
export function splitCommand(
  argv: readonly string[],
  flags: Readonly<Record<string, Written>>,
): SplitCommand {
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (word === '--') return { own: argv.slice(0, at), command: argv.slice(at + 1) };
    if (!word.startsWith('-')) break;
    at += takesNext(word, flags) ? 2 : 1;
  }
  return { own: argv.slice(0, at), command: argv.slice(at) };
}

function takesNext(word: string, flags: Readonly<Record<string, Written>>): boolean {
  const flag = word.startsWith('--') ? flags[word.slice(2)] : byChar(word.slice(1), flags);
  return flag?.type === 'option';
}

const byChar = (char: string, flags: Readonly<Record<string, Written>>) =>
  Object.values(flags).find((flag) => flag.char === char);
