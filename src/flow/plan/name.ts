import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { OutputFormat, Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { directoryOf, isRemote, joinPlace, schemeOf } from '../../system/files/address.js';
import { extensionFor, fileNameOf, formatOfName, statedFormat } from './format.js';
import { checkLength, checkPlace, forWindows, forWindowsName } from './place.js';
import { factorText, suffixFor, type Wanted, wantedSize } from './size.js';
import { readOwnName } from '../../contract/own-names.js';

/** Facts besides the source's path that a name can depend on; missing ones are not known yet. */
export interface NameFacts {
  readonly wanted: Wanted;
  readonly model: string | undefined;
  readonly format?: OutputFormat;
  readonly factor?: number;
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** SHA-256 of the source's bytes in hex. */
  readonly hash?: string;
}

export interface Naming {
  readonly needsHash: boolean;
  /**
   * @returns undefined where the name depends on a fact that is missing
   * @throws SrganError E_WRITE where no file can have the name
   */
  outputPath(source: Source, facts: NameFacts): string | undefined;
}

/**
 * Names results according to the options. A template is relative to the output directory, or without one to the
 * source's directory, whether it begins with {dir} or not.
 */
export function createNaming(settings: Settings, platform = process.platform): Naming {
  const { out } = settings;
  const parts = parseTemplate(settings.name ?? defaultTemplate(settings));
  const placeholders = [...placeholdersOf(parts)];
  const first = parts[0];
  const beginsWithDir = typeof first === 'object' && first.placeholder === 'dir';
  const safe = platform === 'win32' ? forWindows : (text: string) => text;

  return {
    needsHash: placeholders.includes('hash'),
    outputPath(source, facts) {
      const { dst } = source.overrides;
      if (dst !== undefined) return stated(dst, source.path);
      const dir = directoryOf(out === undefined ? source.path : source.relativePath);
      const values = valuesOf(source, facts, settings.suffix);
      if (placeholders.some((placeholder) => placeholder !== 'dir' && values[placeholder] === undefined))
        return undefined;

      const filled = fillTemplate(
        parts.map((part) => (typeof part === 'string' ? safe(part) : part)),
        (name, digits) =>
          name === 'dir' ? dir : safe((values[name] ?? '').slice(0, name === 'hash' ? digits : undefined)),
      );
      const joined = joinPlace(out ?? (beginsWithDir ? '' : dir), filled);
      const result = platform === 'win32' && !isRemote(joined) ? forWindowsName(joined) : joined;
      refuseHttp(result, source.path);
      checkPlace(result, out ?? dir, source.path);
      checkLength(result, source.path);
      return result;
    },
  };

  /** The path given by the record, inside the output directory where there is one. */
  function stated(dst: string, source: string): string {
    if (/[\\/]$/.test(dst))
      throw new SrganError('E_WRITE', `${source}: its output ${dst} ends without a file name.`);
    const result =
      out === undefined || isRemote(dst)
        ? dst
        : path.isAbsolute(dst)
          ? path.normalize(dst)
          : joinPlace(out, dst);
    refuseHttp(result, source);
    if (out !== undefined) checkPlace(result, out, source);
    checkLength(result, source);
    return result;
  }
}

function refuseHttp(result: string, source: string): void {
  if (schemeOf(result) !== 'http') return;
  throw new SrganError('E_WRITE', `${source}: its result cannot be put at an address of http.`, {
    hint: 'Name an output directory.',
  });
}

function defaultTemplate({ out, suffix }: Settings): string {
  return out === undefined || suffix !== undefined ? '{dir}/{name}{suffix}.{ext}' : '{dir}/{name}.{ext}';
}

function valuesOf(
  source: Source,
  { wanted, model, format, factor, widthPx, heightPx, hash }: NameFacts,
  suffix: string | undefined,
): Record<Exclude<Placeholder, 'dir'>, string | undefined> {
  const file = fileNameOf(source);
  const { name, ext } = path.parse(file);
  const scale = wanted.kind === 'scale' ? wanted.scale : factor;
  return {
    name,
    srcext: ext.slice(1),
    ext: format && extensionFor(format, file),
    suffix: suffix ?? suffixFor(wanted),
    scale: scale === undefined ? undefined : factorText(scale),
    model: model && path.basename(model).replace(/\.(onnx|json)$/i, ''),
    width: widthPx?.toString(),
    height: heightPx?.toString(),
    hash,
  };
}

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
 * Parses a name template such as `{dir}/{name}{suffix}.{ext}`. Braces around anything but a word are literal
 * text.
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

/** @throws SrganError E_USAGE where the template has an unknown placeholder, leaves its directory, or names no file */
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

/** @throws SrganError E_USAGE where the suffix contains a directory separator */
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

/** Stands for the network's own factor, which is the same for all images, so that no network is read. */
export const ANY_FACTOR = 1;

/**
 * Predicts the output path before the source is opened, trusting its extension; undefined where the name needs the
 * header or the bytes. If the extension turns out to be wrong, the name changes later.
 */
export function predictOutput(
  naming: Naming,
  source: Source,
  settings: Settings,
  defaultFactor: number,
): string | undefined {
  const model = source.overrides.model ?? settings.model;
  return naming.outputPath(source, {
    wanted: wantedSize(source.overrides, settings, defaultFactor),
    // which built-in network it will be depends on the bytes
    model: readOwnName(model) ? undefined : model,
    format: statedFormat(source, settings) ?? formatOfName(fileNameOf(source)),
  });
}
