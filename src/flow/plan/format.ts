import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { OutputFormat, Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';

/** Spellings of each format's extension; the first is the one for new names. */
const EXTENSIONS: Record<OutputFormat, readonly [string, ...string[]]> = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
  webp: ['webp'],
  avif: ['avif'],
  tiff: ['tif', 'tiff'],
  gif: ['gif'],
};

const FORMATS = Object.keys(EXTENSIONS) as OutputFormat[];

/** What the extension says, or undefined where it says no format that can be written. */
export function formatOfName(name: string): OutputFormat | undefined {
  const extension = path.extname(name).slice(1).toLowerCase();
  return FORMATS.find((format) => EXTENSIONS[format].includes(extension));
}

/** The extension without its dot; the source's own spelling where that fits. */
export function extensionFor(format: OutputFormat, sourceName: string): string {
  return formatOfName(sourceName) === format ? path.extname(sourceName).slice(1) : EXTENSIONS[format][0];
}

/** Of a URL, the name that its last part makes. */
export const fileNameOf = ({ path: place, relativePath }: Source): string =>
  path.basename(isRemote(place) ? relativePath : place);

/** The format that is asked for, by the record, the name that is wanted or the options; undefined: as the source is. */
export function statedFormat({ overrides }: Source, settings: Settings): OutputFormat | undefined {
  const { dst } = overrides;
  const isStated = overrides.format !== undefined || settings.format !== 'same';
  if (dst !== undefined && !isStated) checkExtension(dst);
  const byName = formatOfName(dst ?? settings.name ?? '');
  return overrides.format ?? byName ?? (settings.format === 'same' ? undefined : settings.format);
}

/**
 * @param name a path, or a name template
 * @throws SrganError E_UNSUPPORTED where it ends in an extension of no format that can be written
 */
export function checkExtension(name: string): void {
  const extension = path.extname(name);
  if (/^\.?$|\}/.test(extension) || formatOfName(name) !== undefined) return;
  throw new SrganError('E_UNSUPPORTED', `${name}: no image can be written as ${extension}.`, {
    hint: `End the name with one of: ${FORMATS.map((format) => EXTENSIONS[format][0]).join(', ')}.`,
  });
}

/** The output format that is the same as sharp's `container`; undefined where that can't be written. */
export function writableFormat(container: string): OutputFormat | undefined {
  // sharp's own libvips reads no HEIF but AVIF
  return container === 'heif' ? 'avif' : FORMATS.find((format) => format === container);
}
