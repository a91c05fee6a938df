import { SrganError, type ErrorCode } from '../../../system/errors.js';
import type { FoundSource, Source } from '../../../contract/job.js';
import { absolutePlace } from '../../../system/files/address.js';
import { hashOf } from '../frozen.js';

/**
 * A shard is a text of one JSON object a line: first what most of its sources lie below, then each source, by its
 * place below that where its path is no more than both together.
 */
interface ShardHead {
  readonly base: string;
}

interface ShardLine {
  /** Its place under the output directory, with forward slashes. */
  readonly rel: string;
  readonly src?: string;
  readonly with?: Source['overrides'];
  readonly extra?: Source['extra'];
  readonly wrong?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string };
}

/** @param sources at least one, with absolute paths */
export function shardText(sources: readonly FoundSource[]): string {
  const base = baseOf(sources);
  return [{ base } satisfies ShardHead, ...sources.map((source) => lineOf(source, base))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/** @throws SrganError E_LIST where it is no shard's text */
export function sourcesIn(text: string, title: string): FoundSource[] {
  try {
    const [head, ...lines] = text.trimEnd().split('\n');
    const { base } = JSON.parse(head ?? '') as ShardHead;
    return lines.map((line) => sourceOf(JSON.parse(line) as ShardLine, base));
  } catch (cause) {
    throw new SrganError('E_LIST', `${title}: this is no shard of a manifest.`, { cause });
  }
}

/** The id of a shard's job: the same list with the same options is the same job. No number, and no colon in it. */
export function shardId(text: string, optionsHash: string): string {
  return `s${hashOf(text, optionsHash).slice(0, 31)}`;
}

/** Where the first source's place begins, if its path ends in its place. */
function baseOf([first]: readonly FoundSource[]): string {
  if (!first) return '';
  const { path: file, relativePath } = first;
  return file.endsWith(`/${relativePath}`) ? file.slice(0, -relativePath.length - 1) : '';
}

function lineOf(
  { path: file, relativePath, overrides, extra, invalid }: FoundSource,
  base: string,
): ShardLine {
  return {
    rel: relativePath,
    ...(file === below(base, relativePath) ? {} : { src: file }),
    ...(Object.keys(overrides).length > 0 ? { with: overrides } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
    ...(invalid ? { wrong: { code: invalid.code, message: invalid.message, hint: invalid.hint } } : {}),
  };
}

function sourceOf({ rel, src, with: overrides, extra, wrong }: ShardLine, base: string): FoundSource {
  return {
    path: src ?? below(base, rel),
    relativePath: rel,
    overrides: overrides ?? {},
    extra: extra ?? {},
    ...(wrong ? { invalid: new SrganError(wrong.code, wrong.message, { hint: wrong.hint }) } : {}),
  };
}

const below = (base: string, relativePath: string) => `${base}/${relativePath}`;

/** The source as every machine finds it, whatever its working directory; of a URL it is the URL. */
export function everywhere(source: Source): FoundSource {
  const { path: file, relativePath, overrides, extra, invalid } = source;
  if (invalid) return { path: file, relativePath, overrides, extra, invalid };
  return { path: absolutePlace(file), relativePath, overrides, extra };
}
