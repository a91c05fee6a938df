import { lookInto } from './file-source.js';

/** Parts of a JPEG file behind its first picture, which a result does not have. */
const PARTS: readonly { readonly signs: RegExp; readonly sentence: string }[] = [
  {
    signs: /\bhdrgm:Version\b|Semantic\s*=\s*["']GainMap["']|urn:iso:std:iso:ts:21496/,
    sentence: 'The gain map for HDR screens was left out.',
  },
  {
    signs: /\bGCamera:(?:MotionPhoto|MicroVideo)\s*(?:=\s*["']1["']|>1<)|Semantic\s*=\s*["']MotionPhoto["']/,
    sentence: 'The film of the motion photo was left out.',
  },
  { signs: /\bxmpNote:HasExtendedXMP\b/, sentence: 'The extended part of the XMP metadata was left out.' },
];
const OTHER_PICTURES = 'The other pictures of the file were left out.';

/** CIPA DC-007, the multi-picture format, is announced in the first KiB behind EXIF. */
const MULTI_PICTURE = Buffer.from('MPF\0', 'latin1');
const HEAD_BYTES = 256 * 1024;

/** What of a JPEG file has no place in a result, one sentence each. */
export function leftOutOf(path: string, format: string, xmp: Buffer | undefined): string[] | undefined {
  if (format !== 'jpeg') return undefined;
  const text = xmp?.toString('latin1') ?? '';
  const sentences = PARTS.filter(({ signs }) => signs.test(text)).map(({ sentence }) => sentence);
  const hasGainMap = sentences[0] === PARTS[0]?.sentence;
  const isMulti = lookInto(path, false, (file) =>
    file.read(0, Math.min(HEAD_BYTES, file.length)).includes(MULTI_PICTURE),
  );
  if (isMulti && !hasGainMap) sentences.push(OTHER_PICTURES);
  return sentences.length > 0 ? sentences : undefined;
}

const DEAD_ATTRIBUTE =
  /\s(?:hdrgm:\w+|GCamera:(?:MotionPhoto|MicroVideo)\w*|xmpNote:HasExtendedXMP)\s?=\s?(?:"[^"]*"|'[^']*')/g;
const DEAD_ELEMENTS = [
  'Container:Directory',
  'GContainer:Directory',
  'xmpNote:HasExtendedXMP',
  ...[
    'Version',
    'GainMapMin',
    'GainMapMax',
    'Gamma',
    'OffsetSDR',
    'OffsetHDR',
    'HDRCapacityMin',
    'HDRCapacityMax',
    'BaseRenditionIsHDR',
  ].map((name) => `hdrgm:${name}`),
  ...[
    'MotionPhoto',
    'MotionPhotoVersion',
    'MotionPhotoPresentationTimestampUs',
    'MicroVideo',
    'MicroVideoVersion',
    'MicroVideoOffset',
    'MicroVideoPresentationTimestampUs',
  ].map((name) => `GCamera:${name}`),
];

/** The packet without what points at parts that a result does not have. */
export function withoutDeadPointers(xmp: Buffer): Buffer {
  const text = DEAD_ELEMENTS.reduce(withoutElement, xmp.toString('latin1').replace(DEAD_ATTRIBUTE, ''));
  return Buffer.from(text, 'latin1');
}

function withoutElement(text: string, name: string): string {
  const [open, close] = [`<${name}`, `</${name}>`];
  let kept = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf(open, at);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) return kept + text.slice(at);
    const next = text[start + open.length] ?? '';
    // the begin of a longer name is another element
    const from = /[\s>/]/.test(next) ? start : start + open.length;
    kept += text.slice(at, from);
    at = from === start ? end + close.length : from;
  }
}
