import { nextWords, type CommandWords, type FlagWords, type NetworkNames } from './command-words.js';

/** A script for fish 3 or newer, to be sourced. */
export function fishCompletion(bin: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, flags, takes }) => [
    ...flags.map((flag) => flagLine(bin, name, flag)),
    ...(takes ? [`complete -c ${bin} -n ${quote(isExactly(name))} -a ${quote(networks(bin, takes))}`] : []),
  ]);
  const words = ['', ...commands.map(({ name }) => name)].flatMap((before) =>
    nextWords(commands, before).map((word) => {
      const summary = commands.find(({ name }) => name === `${before} ${word}`.trim())?.summary ?? '';
      return `complete -c ${bin} -n ${quote(isExactly(before))} -a ${quote(word)} -d ${quote(summary)}`;
    }),
  );
  return `function __${bin}_words
  set -l words (commandline -opc)
  string join ' ' -- $words[2..]
end
${[...words, ...lines].join('\n')}
`;

  function isExactly(before: string): string {
    return `test (__${bin}_words | string collect --allow-empty) = "${before}"`;
  }
}

function flagLine(
  bin: string,
  command: string,
  { long, short, summary, takesValue, values, takes }: FlagWords,
): string {
  const parts = [
    `complete -c ${bin}`,
    `-n ${quote(`string match -qr '^${command}( |$)' -- (__${bin}_words)`)}`,
    `-l ${long.slice(2)}`,
    ...(short ? [`-s ${short.slice(1)}`] : []),
    ...(takesValue ? ['-r'] : []),
    ...(values.length > 0 ? ['-f', `-a ${quote(values.join(' '))}`] : []),
    ...(takes ? [`-a ${quote(networks(bin, takes))}`] : []),
    `-d ${quote(summary)}`,
  ];
  return parts.join(' ');
}

const networks = (bin: string, takes: NetworkNames) => `(${bin} models ${takes} 2>/dev/null)`;

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
