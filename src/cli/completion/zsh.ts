import { nextWords, type CommandWords, type FlagWords } from './words.js';

/** A script for zsh, to be sourced after compinit or put into a directory of $fpath as _srgan. */
export function zshCompletion(bin: string, commands: readonly CommandWords[]): string {
  return `#compdef ${bin}
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
${commands.map(argumentsCase).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _${bin} ]]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`;
}

function wordCase(commands: readonly CommandWords[], before: string): string[] {
  const words = nextWords(commands, before);
  return words.length > 0 ? [`      ${quote(before)}) compadd -- ${words.map(quote).join(' ')} ;;`] : [];
}

function argumentsCase({ name, flags }: CommandWords): string {
  const specs = flags.flatMap(argumentSpecs).map((spec) => ` \\\n      ${quote(spec)}`);
  return `    ${quote(name)}) _arguments -s${specs.join('')} '*:file:_files' ;;`;
}

function argumentSpecs({ long, short, summary, takesValue, values }: FlagWords): string[] {
  const value = takesValue ? `:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}` : '';
  const about = `[${summary.replace(/[[\]\\:]/g, '\\$&')}]${value}`;
  return [`*${long}${takesValue ? '=' : ''}${about}`, ...(short ? [`*${short}${about}`] : [])];
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
