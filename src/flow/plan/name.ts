import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { OutputFormat, Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { directoryOf, isRemote, joinPlace, schemeOf } from '../../system/files/address.js';
import { extensionFor, fileNameOf } from './format.js';
import { checkLength, checkPlace, forWindows, forWindowsName } from './place.js';
import { fillTemplate, parseTemplate, placeholdersOf, type Placeholder } from './template.js';
import { factorText, suffixFor, type Wanted } from './wanted.js';

/** What a name can depend on besides the source's path; what is missing is not known yet. */
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
 * Names results as the options say. Under an output directory a template is relative to it; beside the source
 * it is relative to the source's directory, whether it begins with {dir} or not.
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

  /** The record's own path; where there is an output directory, in it. */
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
