/** A command as a shell completes it. */
export interface CommandWords {
  /** Such as `models info`. */
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** Its first argument is the name of a network. */
  readonly takes?: NetworkNames;
}

/** Those that there are when the shell asks: what `srgan models` prints with these words. */
export type NetworkNames = '--names' | '--kept --names';

/** By its id. */
const TAKES_NETWORK: Readonly<Partial<Record<string, NetworkNames>>> = {
  'models:info': '--names',
  'models:convert': '--names',
  'models:remove': '--kept --names',
};

export interface FlagWords {
  /** With its dashes, such as `--scale`. */
  readonly long: string;
  /** Such as `-s`. */
  readonly short: string | undefined;
  readonly summary: string;
  readonly takesValue: boolean;
  /** The only values there are; otherwise files are offered. */
  readonly values: readonly string[];
  /** Names of networks are offered before files. */
  readonly takes?: NetworkNames;
}

/** As much of oclif's description of a command as is used here. */
export interface DescribedCommand {
  readonly id: string;
  readonly hidden?: boolean;
  readonly aliases: readonly string[];
  readonly summary?: string;
  readonly flags: Readonly<Record<string, DescribedFlag>>;
}

interface DescribedFlag {
  readonly name: string;
  readonly char?: string;
  readonly type: 'boolean' | 'option';
  readonly description?: string;
  readonly options?: readonly string[];
  readonly allowNo?: boolean;
}

export function commandWords(commands: readonly DescribedCommand[]): CommandWords[] {
  const all = commands
    .filter(({ hidden }) => !hidden)
    .flatMap(({ id, aliases, summary = '', flags }) =>
      [id, ...aliases].map((name) => ({
        name: name.replaceAll(':', ' '),
        summary: firstSentence(summary),
        flags: [...Object.values(flags).flatMap(flagWords), HELP],
        ...(TAKES_NETWORK[id] && { takes: TAKES_NETWORK[id] }),
      })),
    );
  // oclif describes a command once more under each of its aliases
  const byName = new Map(all.map((command) => [command.name, command]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const HELP: FlagWords = {
  long: '--help',
  short: undefined,
  summary: 'Show help',
  takesValue: false,
  values: [],
};

function flagWords({
  name,
  char,
  type,
  description = '',
  options = [],
  allowNo,
}: DescribedFlag): FlagWords[] {
  const flag: FlagWords = {
    long: `--${name}`,
    short: char === undefined ? undefined : `-${char}`,
    summary: firstSentence(description),
    takesValue: type === 'option',
    values: options,
    ...(name === 'model' && { takes: '--names' }),
  };
  return allowNo ? [flag, { ...flag, long: `--no-${name}`, short: undefined }] : [flag];
}

/** The words after `srgan` that come before the arguments of a command, level by level. */
export function nextWords(commands: readonly CommandWords[], before: string): string[] {
  const depth = before === '' ? 0 : before.split(' ').length;
  const words = commands
    .map(({ name }) => name)
    .filter((name) => before === '' || name.startsWith(`${before} `))
    .map((name) => name.split(' ')[depth] ?? '');
  return [...new Set(words)].filter((word) => word !== '');
}

const firstSentence = (text: string) =>
  (/^(.*?)(?:[.;:](?:\s|$)|$)/s.exec(text)?.[1] ?? text).replace(/\s+/g, ' ');
