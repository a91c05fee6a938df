import { segmentsOf } from './jpeg-segments.js';
import { bufferSource, readDirectories, type ByteSource } from './tiff-directory.js';

/** What the segments of a JPEG file say beside what libvips reads of them. */
export interface JpegFacts {
  readonly comments: readonly Buffer[];
  /** Pictures in the file (CIPA DC-007), this one among them; 1 where nothing says so. */
  readonly pictures: number;
  /** Two of them are seen by two eyes. */
  readonly isStereo: boolean;
  readonly hasExtendedXmp: boolean;
  /** ISO 21496-1 */
  readonly hasGainMap: boolean;
}

const COM = 0xfe;
const APP1 = 0xe1;
const APP2 = 0xe2;

const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
const GAIN_MAP = 'urn:iso:std:iso:ts:21496:-1\0';
const PICTURES = 'MPF\0';
const LONGEST_NAME = 40;

/** @throws RangeError where the file ends too early */
export function readJpegFacts(file: ByteSource): JpegFacts {
  const comments: Buffer[] = [];
  let found = { pictures: 1, isStereo: false };
  let hasExtendedXmp = false;
  let hasGainMap = false;
  for (const { marker, start, length } of segmentsOf(file)) {
    if (marker === COM) comments.push(file.read(start, length));
    if (marker !== APP1 && marker !== APP2) continue;
    const name = file.read(start, Math.min(length, LONGEST_NAME)).toString('latin1');
    if (name.startsWith(EXTENDED_XMP)) hasExtendedXmp = true;
    if (name.startsWith(GAIN_MAP)) hasGainMap = true;
    if (name.startsWith(PICTURES)) {
      found = picturesIn(Buffer.from(file.read(start + PICTURES.length, length - PICTURES.length)));
    }
  }
  return { comments, ...found, hasExtendedXmp, hasGainMap };
}

const NUMBER_OF_IMAGES = 0xb001;
const ENTRIES = 0xb002;
const ENTRY_BYTES = 16;
const DISPARITY = 0x020002;

function picturesIn(index: Buffer): Pick<JpegFacts, 'pictures' | 'isStereo'> {
  try {
    const [first] = readDirectories(bufferSource(index), 1);
    const [pictures = 1] = first?.numbers(NUMBER_OF_IMAGES) ?? [];
    const entries = first?.entries.find(({ tag }) => tag === ENTRIES)?.data ?? Buffer.alloc(0);
    const isLittle = index.toString('latin1', 0, 2) === 'II';
    let isStereo = false;
    for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
      // bytes of no known type stand as they are in the file
      const attribute = isLittle ? entries.readUInt32LE(at) : entries.readUInt32BE(at);
      isStereo ||= (attribute & 0xffffff) === DISPARITY;
    }
    return { pictures, isStereo };
  } catch {
    return { pictures: 1, isStereo: false }; // a damaged index says nothing
  }
}
