import type { Carried, OutputFormat } from '../../contract/job.js';
import { tooLongForJpeg } from './attach/jpeg.js';
import { titleOf } from './colour/coding.js';
import { keywordOf } from './metadata/png-facts.js';
import { CAPABILITIES, CLASSIC_TIFF_BYTES } from './formats.js';
import type { Transparency } from '../transparency.js';

/** What an image has that a format may lack. */
export interface Picture {
  readonly pages: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** It is larger than memory, where PNG is made of one page alone. */
  readonly spilled?: boolean;
  readonly bits: 8 | 16;
  /** Of the pages that the format keeps. */
  readonly transparency: Transparency;
  /** Bytes of the pixels that will be written. */
  readonly pixelBytes: number;
}

export interface Adapted {
  readonly carried: Carried;
  /** What to do with alpha before encoding. */
  readonly alpha: 'keep' | 'drop' | 'flatten';
  /** The profile from which colours are converted to sRGB. */
  readonly convertFrom?: Buffer;
  /** What was lost, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * How many of the pages a format keeps. PNG has frames, but no pages.
 * @param frames they are an animation
 */
export function pagesKept(pages: number, format: OutputFormat, frames: boolean): number {
  if (format === 'png' && frames) return pages;
  return CAPABILITIES[format].pages === 'one' ? 1 : pages;
}

/** What of an image a format can hold, and what is said of the rest. */
export function adapt(picture: Picture, carried: Carried, format: OutputFormat): Adapted {
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
  const sourceBits = carried.sourceBits ?? bits;
  if (sourceBits > maxBits) {
    const what = `${sourceBits} bits per channel were reduced to ${maxBits}`;
    warnings.push(`${what}, since ${title} is written with no more.`);
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
  const { kept: stated, convertFrom } = statedColours(carried, format, picture.channels < 3, warnings);
  const held = withoutWhatDoesNotFit(stated, format, pixelBytes, warnings);
  return { carried: held, alpha: alphaFor(format, transparency), convertFrom, warnings };
}

/** How the format says what the colours mean: as the source does, by a profile, or by sRGB, to which they are converted. */
function statedColours(
  carried: Carried,
  format: OutputFormat,
  isGray: boolean,
  warnings: string[],
): { kept: Carried; convertFrom?: Buffer } {
  const capability = CAPABILITIES[format];
  const { icc, coding, iccIsMade = false } = carried;
  // what the format says as the source does needs no profile beside it
  const isSaid = format === 'png' || (format === 'avif' && coding !== undefined);
  if (isSaid) return { kept: iccIsMade ? { ...carried, icc: undefined } : carried };
  const kept = { ...carried, coding: undefined, gamma: undefined, chromaticities: undefined };
  const needsConversion = icc && (!capability.icc || (isGray && !capability.gray));
  if (needsConversion) {
    const why = capability.icc ? 'gray' : 'profile';
    warnings.push(`Colours were converted to sRGB, since ${capability.title} holds no ${why}.`);
    return { kept: { ...kept, icc: undefined }, convertFrom: icc };
  }
  if (coding && !icc) {
    const what = `The colours are ${titleOf(coding)}, which ${capability.title} cannot say`;
    warnings.push(`${what}: they will look wrong. Take --format png or avif.`);
  }
  return { kept };
}

function alphaFor(format: OutputFormat, transparency: Transparency): Adapted['alpha'] {
  if (transparency !== 'opaque') return CAPABILITIES[format].alpha === 'none' ? 'flatten' : 'keep';
  // the AVIF encoder would make opaque nearly so at low quality
  return format === 'jpeg' || format === 'avif' ? 'drop' : 'keep';
}

const TITLES = { exif: 'EXIF', xmp: 'XMP', iptc: 'IPTC' } as const;
const BLOCKS = ['exif', 'xmp', 'iptc'] as const;

function withoutWhatDoesNotFit(
  carried: Carried,
  format: OutputFormat,
  pixelBytes: number,
  warnings: string[],
): Carried {
  const capability = CAPABILITIES[format];
  const isHuge = format === 'tiff' && pixelBytes > CLASSIC_TIFF_BYTES;
  const long = format === 'jpeg' ? tooLongForJpeg(carried) : [];
  const held = { ...carried };
  for (const [key, what] of textsOf(carried)) {
    if (TEXT_FORMATS[key].includes(format)) continue;
    held[key] = undefined;
    warnings.push(`${what} left out, since there is no place for it in ${capability.title}.`);
  }
  for (const block of BLOCKS) {
    if (!carried[block]) continue;
    if (capability[block] && !long.includes(block) && !isHuge) continue;
    held[block] = undefined;
    const why = capability[block] ? 'it is too long for' : 'there is no place for it in';
    warnings.push(`${TITLES[block]} metadata was left out, since ${why} ${capability.title}.`);
  }
  if (carried.icc && isHuge) {
    held.icc = undefined;
    warnings.push('The colour profile was left out, since it does not fit into a TIFF of over 4 GiB.');
  }
  return held;
}

/** Where PNG texts and JPEG comments go. */
const TEXT_FORMATS: Record<'texts' | 'comments', readonly OutputFormat[]> = {
  texts: ['png'],
  comments: ['jpeg', 'png'],
};

const KEYWORDS_NAMED = 4;

function textsOf({ texts = [], comments = [] }: Carried): ['texts' | 'comments', string][] {
  const found: ['texts' | 'comments', string][] = [];
  if (texts.length > 0) {
    const keywords = [...new Set(texts.map(keywordOf))];
    const named = keywords.slice(0, KEYWORDS_NAMED).join(', ');
    found.push(['texts', `Text (${named}${keywords.length > KEYWORDS_NAMED ? '…' : ''}) was`]);
  }
  if (comments.length > 0) found.push(['comments', 'The comment was']);
  return found;
}
