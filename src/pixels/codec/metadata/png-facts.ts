import type { ByteSource } from './tiff-directory.js';
import type { ColourCoding, Chromaticities, Meaning } from '../colour/coding.js';
import { SRGB } from '../colour/coding.js';
import type { PngText } from '../../../contract/job.js';

/** What the chunks of a PNG say beside what libvips reads of them (W3C PNG 3, 11.3). */
export interface PngFacts {
  readonly coding?: ColourCoding;
  /** Data of the chunks gAMA and cHRM, where no other chunk says what the colours mean. */
  readonly gamma?: Buffer;
  readonly chromaticities?: Buffer;
  readonly texts: readonly PngText[];
  /** Texts that are too long to be held. */
  readonly longTexts: number;
}

/** A file with more chunks is made to be slow to read; what comes after these is not looked at. */
const MOST_CHUNKS = 5000;
const MOST_TEXT_BYTES = 8 * 2 ** 20;
const TEXTS = ['tEXt', 'zTXt', 'iTXt'];

/** What ImageMagick packs into text is metadata that is carried by itself. */
const NOT_TEXT = /^(XML:com\.adobe\.xmp|Raw profile type .*)\0/;

export function readPngFacts(file: ByteSource): PngFacts {
  const found = new Map<string, Buffer>();
  const texts: PngText[] = [];
  let longTexts = 0;
  let room = MOST_TEXT_BYTES;
  let at = 8;
  for (let chunk = 0; chunk < MOST_CHUNKS && at + 12 <= file.length; chunk += 1) {
    const head = file.read(at, 8);
    const length = head.readUInt32BE();
    const type = head.toString('latin1', 4);
    if (type === 'IEND' || at + 12 + length > file.length) break;
    const isColour = type === 'iCCP' || COLOURS[type] === length;
    if (isColour && !found.has(type)) found.set(type, type === 'iCCP' ? head : file.read(at + 8, length));
    if (TEXTS.includes(type)) {
      if (length > room) longTexts += 1;
      else {
        const data = file.read(at + 8, length);
        if (!NOT_TEXT.test(data.toString('latin1', 0, 80))) {
          room -= length;
          texts.push({ type, data });
        }
      }
    }
    at += 12 + length;
  }
  return { ...coloursOf(found), texts, longTexts };
}

/** Lengths of the chunks that say what colours mean; that of a profile is any. */
const COLOURS: Readonly<Record<string, number>> = { cICP: 4, sRGB: 1, gAMA: 4, cHRM: 32 };

/** What comes first in W3C PNG 3, 4.3 is right, whatever the others say. */
function coloursOf(
  found: ReadonlyMap<string, Buffer>,
): Pick<PngFacts, 'coding' | 'gamma' | 'chromaticities'> {
  const coded = found.get('cICP');
  if (coded) return { coding: { primaries: coded.readUInt8(0), transfer: coded.readUInt8(1) } };
  if (found.has('iCCP') || found.has('sRGB')) return {};
  return { gamma: found.get('gAMA'), chromaticities: found.get('cHRM') };
}

const UNIT = 100_000;

/** gAMA of sRGB, as it is written beside that chunk: 1 / 2.2. */
const SRGB_GAMMA = 45455;

/** What gAMA and cHRM say; undefined where they say nothing, or nothing that can be. */
export function meaningOfChunks({
  gamma,
  chromaticities,
}: Pick<PngFacts, 'gamma' | 'chromaticities'>): Meaning | undefined {
  const power = gamma?.readUInt32BE() ?? SRGB_GAMMA;
  if ((!gamma && !chromaticities) || power === 0) return undefined;
  const primaries = chromaticities ? pointsOf(chromaticities) : SRGB;
  if (!primaries) return undefined;
  return { primaries, curve: Math.abs(power - SRGB_GAMMA) < 200 ? 'srgb' : UNIT / power };
}

function pointsOf(data: Buffer): Chromaticities | undefined {
  const point = (at: number): readonly [number, number] => [
    data.readUInt32BE(at) / UNIT,
    data.readUInt32BE(at + 4) / UNIT,
  ];
  const points = [point(8), point(16), point(24), point(0)] as const;
  return points.every(([x, y]) => x <= 1 && y > 0 && y <= 1) ? points : undefined;
}

/** Keyword of a text chunk, for people. */
export const keywordOf = ({ data }: PngText) =>
  data.toString('latin1', 0, Math.min(79, Math.max(0, data.indexOf(0)))).replace(/[^ -~\u00a1-\u00ff]/g, '?');
