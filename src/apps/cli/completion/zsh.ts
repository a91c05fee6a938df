import { nextWords, type CommandWords, type FlagWords, type NetworkNames } from './command-words.js';

/** A script for zsh, to be sourced after compinit or put into a directory of $fpath as _srgan. */
export function zshCompletion(bin: string, commands: readonly CommandWords[]): string {
  return `#compdef ${bin}
_${bin}_networks() {
  compadd -- \${(f)"$(${bin} models "$@" 2>/dev/null)"}
  _files
}
_${bin}() {
  local command= next
  integer depth=1
  while (( depth + 1 < CURRENT )); do
    next="\${command:+$command }\${words[depth+1]}"
    case "$next" in
      ${commands.map(({ name }) => quote(name)).join('|')}) command=$next; (( depth++ )) ;;
      *) break ;;
    esac
  done
  if (( depth + 1 == CURRENT )) && [[ \${words[CURRENT]} != -* ]]; then
    case "$command" in
${['', ...commands.map(({ name }) => name)].flatMap((before) => wordCase(commands, before)).join('\n')}
    esac
  fi
  case "$command" in
${commands.map((command) => argumentsCase(bin, command)).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _${bin} ]]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`;
}

function wordCase(commands: readonly CommandWords[], before: string): string[] {
  const words = nextWords(commands, before);
  return words.length > 0 ? [`      ${quote(before)}) compadd -- ${words.map(quote).join(' ')} ;;`] : [];
}

function argumentsCase(bin: string, { name, flags, takes }: CommandWords): string {
  const specs = flags.flatMap((flag) => argumentSpecs(bin, flag)).map((spec) => ` \\\n      ${quote(spec)}`);
  // the words of the command are arguments of zsh's own
  const first = takes ? ` ${quote(`${name.split(' ').length + 1}:network:${networks(bin, takes)}`)}` : '';
  return `    ${quote(name)}) _arguments -s${specs.join('')}${first} '*:file:_files' ;;`;
}

function argumentSpecs(
  bin: string,
  { long, short, summary, takesValue, values, takes }: FlagWords,
): string[] {
  const offer = values.length > 0 ? `(${values.join(' ')})` : takes ? networks(bin, takes) : '_files';
  const value = takesValue ? `:value:${offer}` : '';
  const about = `[${summary.replace(/[[\]\\:]/g, '\\$&')}]${value}`;
  return [`*${long}${takesValue ? '=' : ''}${about}`, ...(short ? [`*${short}${about}`] : [])];
}

/** _arguments adds options of its own before the words behind a function, unless a space comes first. */
const networks = (bin: string, takes: NetworkNames) => ` _${bin}_networks ${takes}`;

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
