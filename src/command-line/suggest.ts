import { extname } from 'node:path';
import { Config } from '@oclif/core/config';
import { didYouMean } from '../system/closest.js';

const IMAGES = /^\.(?:png|jpe?g|webp|avif|tiff?|gif|bmp|p[gp]m)$/i;

/**
 * Suggests a correction for an unknown command or flag.
 * @param message message of the parser, such as `command pip:in not found`
 * @param argv arguments of the command line
 * @param root directory of the package
 */
export async function suggest(
  message: string,
  argv: readonly string[],
  root: string,
): Promise<string | undefined> {
  const command = /^command (.+) not found/.exec(message)?.[1];
  const flag = /^Nonexistent flags?: (--[^\s,]+)/.exec(message)?.[1];
  if (command === undefined && flag === undefined) return undefined;
  const config = await Config.load({ root });
  if (command !== undefined) return suggestCommand(command.split(':'), config.commandIDs);
  const words = argv.filter((word) => !word.startsWith('-'));
  const found = config.findCommand(words.slice(0, 2).join(':')) ?? config.findCommand(words[0] ?? '');
  const flags = Object.entries(found?.flags ?? {}).flatMap(([name, { type, ...rest }]) =>
    type === 'boolean' && 'allowNo' in rest && rest.allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  return didYouMean(flag ?? '', flags).trim() || undefined;
}

function suggestCommand(words: readonly string[], ids: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  if (IMAGES.test(extname(first))) {
    return `To upscale one image: srgan upscale ${first} OUT. To upscale many: srgan pipe SOURCE... OUT.`;
  }
  const names = ids.map((id) => id.replaceAll(':', ' '));
  const topics = names.filter((name) => name.startsWith(`${first} `));
  const both = topics.length > 0 ? didYouMean(`${first} ${second}`, topics) : '';
  return (
    (both || didYouMean(first, new Set(names.map((name) => name.replace(/ .*/, ''))))).trim() || undefined
  );
}
