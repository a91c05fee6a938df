import { nextWords, type CommandWords, type FlagWords, type NetworkNames } from './command-words.js';

/** A script for bash 3.2 or newer, to be sourced. */
export function bashCompletion(bin: string, commands: readonly CommandWords[]): string {
  return `_${bin}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
      ${commands.map(({ name }) => quote(name)).join('|')}) command="\${command:+$command }$word" ;;
      *) break ;;
    esac
  done
  case "$command $prev" in
${commands.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(bin, name, flag))).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${commands.map(flagCase).join('\n')}
    esac
  elif [[ -z $command ]] || (( COMP_CWORD == $(wc -w <<<"$command") + 1 )); then
    case "$command" in
${['', ...commands.map(({ name }) => name)].flatMap((before) => wordCase(commands, before)).join('\n')}
    esac
  fi
  if [[ $cur != -* && \${#COMPREPLY[@]} -eq 0 ]] && (( COMP_CWORD == $(wc -w <<<"$command") + 1 )); then
    case "$command" in
${commands.flatMap((command) => argumentCase(bin, command)).join('\n')}
    esac
  fi
}
complete -o default -F _${bin} ${bin}
`;
}

function valueCase(
  bin: string,
  command: string,
  { long, short, takesValue, values, takes }: FlagWords,
): string[] {
  if (!takesValue) return [];
  const patterns = [long, ...(short ? [short] : [])].map((word) => quote(`${command} ${word}`)).join('|');
  const words = values.length > 0 ? quote(values.join(' ')) : takes && networks(bin, takes);
  const offer = words ? `COMPREPLY=($(compgen -W ${words} -- "$cur")); ` : '';
  return [`    ${patterns}) ${offer}return ;;`];
}

function argumentCase(bin: string, { name, takes }: CommandWords): string[] {
  if (!takes) return [];
  return [`      ${quote(name)}) COMPREPLY=($(compgen -W ${networks(bin, takes)} -- "$cur")) ;;`];
}

const networks = (bin: string, takes: NetworkNames) => `"$(${bin} models ${takes} 2>/dev/null)"`;

function flagCase({ name, flags }: CommandWords): string {
  const words = flags.map(({ long }) => long).join(' ');
  return `      ${quote(name)}) COMPREPLY=($(compgen -W ${quote(words)} -- "$cur")) ;;`;
}

function wordCase(commands: readonly CommandWords[], before: string): string[] {
  const words = nextWords(commands, before);
  if (words.length === 0) return [];
  return [`      ${quote(before)}) COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$cur")) ;;`];
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
