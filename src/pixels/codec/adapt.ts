import type { Carried, OutputFormat, TextEntry } from '../../contract/job.js';
import { tooLongForJpeg } from './metadata/attach.js';
import { CAPABILITIES, CLASSIC_TIFF_BYTES } from './formats.js';
import type { Transparency } from '../transparency.js';

/** Properties of an image that a format may not support. */
export interface ImageTraits {
  readonly pages: number;
  /** Larger than memory: PNG then holds one page only. */
  readonly spilled?: boolean;
  readonly bits: 8 | 16;
  /** In the pages that the format keeps. */
  readonly transparency: Transparency;
  /** Size of the uncompressed output pixels. */
  readonly pixelBytes: number;
}

export interface Adapted {
  readonly carried: Carried;
  /** How to treat alpha before encoding. */
  readonly alpha: 'keep' | 'drop' | 'flatten';
  /** The profile to convert from, if the format cannot hold it. */
  readonly toSrgb: Buffer | undefined;
  /** One sentence for each loss. */
  readonly warnings: readonly string[];
}

/**
 * Returns how many pages a format keeps. PNG supports frames but no pages.
 * @param frames whether the pages are an animation
 */
export function pagesKept(pages: number, format: OutputFormat, frames: boolean): number {
  if (format === 'png' && frames) return pages;
  return CAPABILITIES[format].pages === 'one' ? 1 : pages;
}

/** Reduces an image and its metadata to what a format supports, with a warning for each loss. */
export function adapt(picture: ImageTraits, carried: Carried, format: OutputFormat): Adapted {
  const capability = CAPABILITIES[format];
  const { title } = capability;
  const warnings: string[] = [];
  const { pages, bits, transparency, pixelBytes } = picture;
  const kept = pagesKept(pages, format, carried.delay !== undefined && picture.spilled !== true);
  if (kept < pages) {
    const large = format === 'png' && carried.delay !== undefined;
    const why = large ? 'an animated PNG has to fit into --max-memory' : `${title} holds one image`;
    warnings.push(`Only the first of ${pages} pages was kept, since ${why}.`);
  }
  if (kept > 1 && carried.delay !== undefined && capability.pages === 'pages') {
    warnings.push(`The frames became pages without their timing, since ${title} has none.`);
  }
  if (kept > 1 && carried.delay === undefined && capability.pages === 'frames') {
    warnings.push(`The pages became frames of an animation, since ${title} has no pages.`);
  }
  const { maxBits } = capability;
  const storedBits = bits === 16 ? (carried.storedBits ?? bits) : bits;
  if (storedBits > maxBits) {
    warnings.push(
      `${storedBits} bits per channel were reduced to ${maxBits}, since ${title} is written with no more.`,
    );
  }
  if (transparency !== 'opaque' && capability.alpha === 'none') {
    warnings.push(`Transparency was flattened on white, since ${title} has none.`);
  }
  if (transparency === 'partial' && capability.alpha === 'binary' && carried.palette !== true) {
    warnings.push(`Partial transparency became all or nothing, since ${title} has no more.`);
  }
  if (format === 'gif' && carried.palette !== true) {
    warnings.push('Colours were reduced to 256 in each frame, since GIF holds no more.');
  }
  const { icc } = carried;
  const toSrgb = icc && !(capability.icc && (capability.gray || !isGrayProfile(icc))) ? icc : undefined;
  if (toSrgb) {
    const what = capability.icc ? 'profile of gray' : 'profile';
    warnings.push(`Colours were converted to sRGB, since ${title} holds no ${what}.`);
  }
  const fitting = dropUnsupported(carried, format, pixelBytes, warnings);
  const held = toSrgb ? { ...fitting, icc: undefined, colour: undefined } : fitting;
  return { carried: held, alpha: alphaFor(format, transparency), toSrgb, warnings };
}

function alphaFor(format: OutputFormat, transparency: Transparency): Adapted['alpha'] {
  if (transparency !== 'opaque') return CAPABILITIES[format].alpha === 'none' ? 'flatten' : 'keep';
  // at low quality, the AVIF encoder would make opaque pixels slightly transparent
  return format === 'jpeg' || format === 'avif' ? 'drop' : 'keep';
}

/** Transfer characteristics PQ and HLG of ITU-T H.273. */
const HDR = [16, 18];

/** Reads the colour space of a profile (ICC.1, 7.2.8). */
const isGrayProfile = (icc: Buffer) => icc.toString('latin1', 16, 20) === 'GRAY';

const TITLES = { exif: 'EXIF', xmp: 'XMP', iptc: 'IPTC' } as const;
const BLOCKS = ['exif', 'xmp', 'iptc'] as const;

function dropUnsupported(
  carried: Carried,
  format: OutputFormat,
  pixelBytes: number,
  warnings: string[],
): Carried {
  const capability = CAPABILITIES[format];
  const isHuge = format === 'tiff' && pixelBytes > CLASSIC_TIFF_BYTES;
  const long = format === 'jpeg' ? tooLongForJpeg(carried) : [];
  const held = { ...carried };
  for (const block of BLOCKS) {
    if (!carried[block]) continue;
    if (capability[block] && !long.includes(block) && !isHuge) continue;
    held[block] = undefined;
    const why = capability[block] ? 'it is too long for' : 'there is no place for it in';
    warnings.push(`${TITLES[block]} metadata was left out, since ${why} ${capability.title}.`);
  }
  if (carried.texts) {
    const [holds, lacks] = partition(carried.texts, (text) => holdsText(text, format));
    held.texts = holds;
    if (lacks.length > 0) {
      warnings.push(`${namesOf(lacks)} was left out, since there is no place for it in ${capability.title}.`);
    }
  }
  warnings.push(...(carried.leftOut ?? []));
  const { colour } = carried;
  if (colour?.cicp && !capability.codePoints) {
    held.colour = undefined;
    const { primaries, transfer } = colour.cicp;
    const what = HDR.includes(transfer) ? 'HDR colours' : 'Wide colours';
    const where = `code points ${primaries}/${transfer}`;
    warnings.push(`${what} (${where}) cannot be stated in ${capability.title}: the result looks flat.`);
  }
  if (carried.icc && isHuge) {
    held.icc = undefined;
    warnings.push('The colour profile was left out, since it does not fit into a TIFF of over 4 GiB.');
  }
  return held;
}

/** PNG holds any text; JPEG holds comments only. */
const holdsText = ({ comment }: TextEntry, format: OutputFormat) =>
  format === 'png' || (format === 'jpeg' && comment !== undefined);

const MAX_NAMED = 3;

function namesOf(texts: readonly TextEntry[]): string {
  const titles = [...new Set(texts.map(({ title }) => title))];
  const more = titles.length > MAX_NAMED ? ` and ${titles.length - MAX_NAMED} more` : '';
  return `Text in the file (${titles.slice(0, MAX_NAMED).join(', ')}${more})`;
}

function partition<T>(all: readonly T[], holds: (each: T) => boolean): [T[], T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))];
}
