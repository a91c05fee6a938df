import type { Carried, TextEntry } from '../../../contract/job.js';
import { bareExif, densityOf, exifOfTiff, uprightExif, resizedExif } from './exif.js';
import { openFileSource, inspectBytes, type ByteSource } from '../byte-source.js';
import type { Inspection } from '../inspect.js';
import { statedColour } from './stated-colour.js';

/** Reads the metadata to carry over from a file, with its orientation set to upright. */
export function carriedOf(path: string, { meta, pages, layout }: Inspection): Carried {
  const { bitsPerSample = 0 } = meta;
  const said = layout.native && !meta.icc ? statedColour(path, meta.format, layout.channels < 3) : {};
  const leftOut = leftOutOf(path, meta.format, meta.xmp);
  const exif = meta.format === 'tiff' ? exifOfTiffFile(path) : bareExif(meta.exif);
  return {
    icc: layout.native ? (meta.icc ?? said.icc) : undefined,
    colour: said.stated,
    exif: exif && uprightExif(exif),
    xmp: meta.xmp && uprightXmp(leftOut ? withoutDeadPointers(meta.xmp) : meta.xmp),
    iptc: meta.iptc,
    texts: textsOf(path, meta.format),
    leftOut,
    density: meta.density ?? (exif && densityOf(exif)),
    loop: pages > 1 ? meta.loop : undefined,
    delay: pages > 1 ? meta.delay : undefined,
    lossless: meta.format === 'webp' && isLosslessWebp(path),
    palette: meta.isPalette || meta.format === 'gif',
    storedBits: bitsPerSample > 8 && bitsPerSample < 16 ? bitsPerSample : undefined,
  };
}

function exifOfTiffFile(path: string): Buffer | undefined {
  const file = openFileSource(path);
  try {
    return exifOfTiff(file);
  } finally {
    file.close();
  }
}

/** Returns the metadata for the result. */
export function retainedMetadata(
  carried: Carried,
  strip: boolean,
  widthPx: number,
  heightPx: number,
): Carried {
  return strip ? onlyMeaning(carried) : resizedMetadata(carried, widthPx, heightPx);
}

/** Keeps only what gives pixels and frames their meaning, such as the colour profile and the timing. */
function onlyMeaning({ icc, colour, loop, delay, palette, lossless, storedBits }: Carried): Carried {
  return { icc, colour, loop, delay, palette, lossless, storedBits };
}

function resizedMetadata(carried: Carried, widthPx: number, heightPx: number): Carried {
  const { exif, xmp } = carried;
  return {
    ...carried,
    exif: exif && resizedExif(exif, widthPx, heightPx),
    xmp: xmp && resizedXmp(xmp, widthPx, heightPx),
  };
}

/** Sets the orientation of an XMP packet to upright. Works for any encoding that contains ASCII. */
export function uprightXmp(xmp: Buffer): Buffer {
  return rewritten(xmp, ['tiff:Orientation'], '1');
}

/** Sets the dimensions in an XMP packet to those of the result. */
export function resizedXmp(xmp: Buffer, widthPx: number, heightPx: number): Buffer {
  const wide = rewritten(xmp, ['tiff:ImageWidth', 'exif:PixelXDimension'], String(widthPx));
  return rewritten(wide, ['tiff:ImageLength', 'exif:PixelYDimension'], String(heightPx));
}

function rewritten(xmp: Buffer, properties: readonly string[], value: string): Buffer {
  const found = new RegExp(`((?:${properties.join('|')})\\s*(?:=\\s*["']|>))\\s*\\d+`, 'g');
  return Buffer.from(xmp.toString('latin1').replace(found, `$1${value}`), 'latin1');
}

/** Parts of a JPEG file after its first image, which a result does not have. */
const LOST_PARTS: readonly { readonly signs: RegExp; readonly sentence: string }[] = [
  {
    signs: /\bhdrgm:Version\b|Semantic\s*=\s*["']GainMap["']|urn:iso:std:iso:ts:21496/,
    sentence: 'The gain map for HDR screens was left out.',
  },
  {
    signs: /\bGCamera:(?:MotionPhoto|MicroVideo)\s*(?:=\s*["']1["']|>1<)|Semantic\s*=\s*["']MotionPhoto["']/,
    sentence: 'The video of the motion photo was left out.',
  },
  { signs: /\bxmpNote:HasExtendedXMP\b/, sentence: 'The extended part of the XMP metadata was left out.' },
];
const OTHER_PICTURES = 'The other images in the file were left out.';

/** The multi-picture format (CIPA DC-007) is announced in the first KiB after EXIF. */
const MULTI_PICTURE = Buffer.from('MPF\0', 'latin1');
const HEAD_BYTES = 256 * 1024;

/** Returns one sentence for each part of a JPEG file that a result cannot have. */
export function leftOutOf(path: string, format: string, xmp: Buffer | undefined): string[] | undefined {
  if (format !== 'jpeg') return undefined;
  const text = xmp?.toString('latin1') ?? '';
  const sentences = LOST_PARTS.filter(({ signs }) => signs.test(text)).map(({ sentence }) => sentence);
  const hasGainMap = sentences[0] === LOST_PARTS[0]?.sentence;
  const isMulti = inspectBytes(path, false, (file) =>
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

/** Removes the properties of an XMP packet that refer to parts that a result does not have. */
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
    // a longer name with the same start is another element
    const from = /[\s>/]/.test(next) ? start : start + open.length;
    kept += text.slice(at, from);
    at = from === start ? end + close.length : from;
  }
}

const MAX_PARTS = 10_000;
/** Image generators embed their whole graph, in a few hundred KiB of text. */
const MAX_BYTES = 8 * 2 ** 20;

const PNG_TEXTS = ['tEXt', 'zTXt', 'iTXt'];
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** Reads the text chunks of PNG (W3C PNG 3, 11.3.3) and the comments of JPEG (ITU T.81, B.2.4.5). */
export function textsOf(path: string, format: string): TextEntry[] | undefined {
  const read = { png: pngTexts, jpeg: jpegComments }[format];
  const texts: TextEntry[] = [];
  // of a damaged file, the texts before the damage are kept
  if (read) inspectBytes(path, undefined, (file) => read(file, texts));
  return texts.length > 0 ? texts : undefined;
}

function pngTexts(file: ByteSource, texts: TextEntry[]): void {
  let bytes = 0;
  for (let [at, part] = [8, 0]; at + 12 <= file.length && part < MAX_PARTS; part += 1) {
    const head = file.read(at, 8);
    const [length, kind] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    if (kind === 'IEND') return;
    bytes += PNG_TEXTS.includes(kind) ? length : 0;
    if (PNG_TEXTS.includes(kind) && bytes <= MAX_BYTES) {
      const chunk = Buffer.from(file.read(at, 12 + length));
      const title = chunk.toString('latin1', 8, 8 + 80).split('\0', 1)[0] ?? '';
      if (title !== XMP_KEYWORD) texts.push({ title, chunk });
    }
    at += 12 + length;
  }
}

function jpegComments(file: ByteSource, texts: TextEntry[]): void {
  for (let [at, part] = [2, 0]; part < MAX_PARTS; part += 1) {
    const head = file.read(at, 4);
    const marker = head.readUInt8(1);
    if (head.readUInt8(0) !== 0xff || marker === 0xda || marker === 0xd9) return;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (marker === 0xfe)
      texts.push({ title: 'comment', comment: Buffer.from(file.read(at + 4, Math.max(0, length - 2))) });
    at += 2 + length;
  }
}

/** Chunks before the first image: VP8X, ICCP, ANIM and its frame. */
const MAX_CHUNKS = 8;

/** Returns whether the first image of a WebP file is lossless (RFC 9649, 2.5 to 2.7). */
export function isLosslessWebp(path: string): boolean {
  return inspectBytes(path, false, (file) => {
    let at = 12;
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const head = file.read(at, 8);
      const kind = head.toString('latin1', 0, 4);
      if (kind === 'VP8L') return true;
      if (kind === 'VP8 ') return false;
      const bytes = head.readUInt32LE(4);
      // the image of a frame follows a header of 16 bytes
      at += kind === 'ANMF' ? 8 + 16 : 8 + bytes + (bytes % 2);
    }
    return false;
  });
}
