import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { OutputFormat, Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';
import { constants } from 'node:buffer';
import type { Size } from '../../system/measures.js';

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

/** The format that the extension names, or undefined where it names none that can be written. */
export function formatOfName(name: string): OutputFormat | undefined {
  const extension = path.extname(name).slice(1).toLowerCase();
  return FORMATS.find((format) => EXTENSIONS[format].includes(extension));
}

/** The extension without its dot, in the source's own spelling where that fits. */
export function extensionFor(format: OutputFormat, sourceName: string): string {
  return formatOfName(sourceName) === format ? path.extname(sourceName).slice(1) : EXTENSIONS[format][0];
}

/** The name of a source's file; for a URL, of its last path segment. */
export const fileNameOf = ({ path: place, relativePath }: Source): string =>
  path.basename(isRemote(place) ? relativePath : place);

/** The format requested by the record, the output name or the options; undefined to keep the source's. */
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

/** The output format of sharp's `container`; undefined where it cannot be written. */
export function writableFormat(container: string): OutputFormat | undefined {
  // sharp's own libvips reads no HEIF but AVIF
  return container === 'heif' ? 'avif' : FORMATS.find((format) => format === container);
}

/** Largest side that the file format itself can express. */
const MAX_SIDE_PX: Record<OutputFormat, number> = {
  png: 2 ** 31 - 1,
  jpeg: 65_535,
  webp: 16_383,
  avif: 65_536,
  tiff: 2 ** 31 - 1,
  gif: 65_535,
};

/** Larger pixel buffers go to disk, however much memory there is. */
export const MAX_BUFFER_BYTES = constants.MAX_LENGTH;

/** @throws SrganError E_TOO_LARGE where the format cannot hold the result */
export function checkTarget(source: string, format: OutputFormat, target: Size): void {
  const { widthPx, heightPx } = target;
  if (Math.max(widthPx, heightPx) > MAX_SIDE_PX[format]) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${source}: the result would be ${widthPx}×${heightPx}, but ${format} ends at ${MAX_SIDE_PX[format]} pixels a side.`,
      { hint: 'Take a smaller size, or --format png.' },
    );
  }
}

export function sizeText({ widthPx, heightPx, pages }: Size & { pages: number }): string {
  return `${widthPx}×${heightPx}${pages > 1 ? ` with ${pages} pages` : ''}`;
}

/** @throws SrganError E_TOO_LARGE */
export function checkOutputPixels(source: string, result: Size & { pages: number }, most: number): void {
  if (result.widthPx * result.heightPx * result.pages <= most) return;
  throw new SrganError(
    'E_TOO_LARGE',
    `${source}: the result would be ${sizeText(result)}, over the limit of ${most} pixels.`,
    { hint: 'Take a smaller size, or raise the limit with --max-output-pixels.' },
  );
}
