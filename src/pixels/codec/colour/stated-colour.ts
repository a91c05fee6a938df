import type { StatedColour } from '../../../contract/job.js';
import { lookInto } from '../metadata/file-source.js';
import type { ByteSource } from '../metadata/tiff-directory.js';
import type { CodePoints } from './heif-boxes.js';
import { codingOfHeif } from './heif-coding.js';
import { D65, DISPLAY_P3, matrixProfile, SRGB, type Chromaticities } from './matrix-profile.js';

/** What a file says of its colours beside a profile: code points of ITU-T H.273, or PNG's own gamma and primaries. */
export interface ReadColour {
  /** An ICC profile with the same meaning, where there is one. */
  readonly icc?: Buffer;
  readonly stated?: StatedColour;
}

/** Code points whose colours every program shows as sRGB: BT.709, sRGB, BT.601, and those that are not stated. */
const SRGB_LIKE = { primaries: [1, 2, 5, 6, 7], transfer: [1, 2, 6, 13, 14, 15] };
const P3 = 12;
const SRGB_TRANSFER = [2, 13];

const MAX_CHUNKS = 1000;
/** Gamma of PNG that stands for sRGB, and how far from it is still that. */
const SRGB_GAMMA = 0.45455;
const GAMMA_TOLERANCE = 0.02;

/**
 * What the file states of its colours where it has no profile.
 * @param gray the pixels have one channel
 */
export function statedColour(path: string, format: string, gray: boolean): ReadColour {
  if (format === 'png') return lookInto(path, {}, (file) => ofPng(file, gray));
  if (format === 'heif') return lookInto(path, {}, (file) => meaningOf(codingOfHeif(file), gray));
  return {};
}

/** W3C PNG 3, 4.3: cICP goes before sRGB, and that before gAMA and cHRM. */
function ofPng(file: ByteSource, gray: boolean): ReadColour {
  let at = 8;
  let gamma: number | undefined;
  let primaries: Chromaticities | undefined;
  let isSrgb = false;
  const chunks: Buffer[] = [];
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const head = file.read(at, 8);
    const [length, kind] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    if (kind === 'IDAT' || kind === 'IEND') break;
    if (kind === 'cICP') {
      const [p = 0, t = 0] = file.read(at + 8, 4);
      return meaningOf({ primaries: p, transfer: t }, gray);
    }
    if (kind === 'sRGB') isSrgb = true;
    if (kind === 'gAMA') gamma = file.read(at + 8, 4).readUInt32BE() / 100_000;
    if (kind === 'cHRM') primaries = chromaticities(file.read(at + 8, 32));
    if (kind === 'gAMA' || kind === 'cHRM') chunks.push(Buffer.from(file.read(at, 12 + length)));
    at += 12 + length;
  }
  if (isSrgb || chunks.length === 0) return {};
  const isUsual = gamma === undefined || Math.abs(gamma - SRGB_GAMMA) < GAMMA_TOLERANCE;
  if (isUsual && (primaries === undefined || gray || isSrgbLike(primaries))) return { stated: { chunks } };
  try {
    const transfer = isUsual ? 'srgb' : { gamma: 1 / (gamma ?? SRGB_GAMMA) };
    return { icc: matrixProfile(primaries ?? SRGB, transfer, gray), stated: { chunks } };
  } catch {
    // primaries that span no colours mean nothing
    return {};
  }
}

function chromaticities(data: Buffer): Chromaticities {
  const at = (i: number) =>
    [data.readUInt32BE(8 * i) / 100_000, data.readUInt32BE(8 * i + 4) / 100_000] as const;
  return { white: at(0), red: at(1), green: at(2), blue: at(3) };
}

function isSrgbLike(own: Chromaticities): boolean {
  return (['white', 'red', 'green', 'blue'] as const).every((name) =>
    own[name].every((value, i) => Math.abs(value - (SRGB[name][i] ?? D65[0])) < 0.005),
  );
}

function meaningOf(codes: CodePoints | undefined, gray: boolean): ReadColour {
  if (!codes) return {};
  const { primaries, transfer } = codes;
  if (SRGB_LIKE.primaries.includes(primaries) && SRGB_LIKE.transfer.includes(transfer)) return {};
  if (primaries === P3 && SRGB_TRANSFER.includes(transfer))
    return { icc: matrixProfile(DISPLAY_P3, 'srgb', gray) };
  return { stated: { cicp: codes } };
}
