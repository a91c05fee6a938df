import type { ByteSource } from '../byte-source.js';
import { damaged, unsupported, type PlainImage } from './plain-image.js';

const MAX_HEADER_BYTES = 4096;

export const isNetpbm = (head: Buffer) => /^P[1-7fF][\s#]/.test(head.toString('latin1', 0, 3));

/** Reads the header of PBM, PGM, PPM (netpbm.sourceforge.net, binary) and PAM. */
export function readNetpbm(file: ByteSource, path: string): PlainImage {
  const head = file.read(0, Math.min(file.length, MAX_HEADER_BYTES)).toString('latin1');
  const kind = head.slice(0, 2);
  if (/^P[123]/.test(kind)) throw unsupported(path, 'a Netpbm image written as text');
  if (/^P[fF]/.test(kind)) throw unsupported(path, 'a PFM image');
  return kind === 'P7' ? readPam(head, path) : readPnm(head, path);
}

function readPnm(head: string, path: string): PlainImage {
  const isBits = head.startsWith('P4');
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < (isBits ? 2 : 3)) {
    const found = /^(?:\s|#[^\n]*\n)+(\d{1,9})/.exec(head.slice(at));
    if (!found) throw damaged(path);
    numbers.push(Number(found[1]));
    at += found[0].length;
  }
  const [widthPx = 0, heightPx = 0, most = 1] = numbers;
  // one white space character, preceded by a comment in some files
  const end = /^(?:#[^\n]*)?\s/.exec(head.slice(at));
  if (!end) throw damaged(path);
  const startAt = at + end[0].length;
  if (!isBits) return sampled(path, widthPx, heightPx, head.startsWith('P6') ? 3 : 1, most, startAt);
  return {
    format: 'ppm',
    widthPx,
    heightPx,
    channels: 1,
    bits: 8,
    startAt,
    rowBytes: Math.ceil(widthPx / 8),
    isBottomUp: false,
    convert: (stored, into, rows) => spreadBits(stored, into, widthPx, rows),
  };
}

function readPam(head: string, path: string): PlainImage {
  const end = head.indexOf('ENDHDR\n');
  if (end < 0) throw damaged(path);
  const fields = new Map<string, string>();
  for (const line of head.slice(3, end).split('\n')) {
    const [name = '', value = ''] = line.trim().split(/\s+/, 2);
    if (!name.startsWith('#')) fields.set(name, value);
  }
  const [widthPx, heightPx, depth, most] = ['WIDTH', 'HEIGHT', 'DEPTH', 'MAXVAL'].map((name) =>
    Number(fields.get(name) ?? NaN),
  ) as [number, number, number, number];
  if (depth !== 1 && depth !== 2 && depth !== 3 && depth !== 4)
    throw unsupported(path, `a PAM of ${depth} channels`);
  return sampled(path, widthPx, heightPx, depth, most, end + 'ENDHDR\n'.length);
}

function sampled(
  path: string,
  widthPx: number,
  heightPx: number,
  channels: 1 | 2 | 3 | 4,
  most: number,
  startAt: number,
): PlainImage {
  if (!(most >= 1 && most <= 65535)) throw damaged(path);
  const bits = most > 255 ? 16 : 8;
  return {
    format: 'ppm',
    widthPx,
    heightPx,
    channels,
    bits,
    startAt,
    rowBytes: widthPx * channels * (bits / 8),
    isBottomUp: false,
    convert: (stored, into) => scaleSamples(stored, into, most),
  };
}

function scaleSamples(stored: Buffer, into: Uint8Array | Uint16Array, most: number): void {
  const isWide = into instanceof Uint16Array;
  const full = isWide ? 65535 : 255;
  if (!isWide && most === full) {
    into.set(stored);
    return;
  }
  for (let i = 0; i < into.length; i += 1) {
    const value = isWide ? stored.readUInt16BE(2 * i) : (stored[i] ?? 0);
    into[i] = most === full ? value : Math.round((Math.min(value, most) * full) / most);
  }
}

/** Unpacks bits to samples: a set bit is black. */
function spreadBits(stored: Buffer, into: Uint8Array | Uint16Array, widthPx: number, rows: number): void {
  const rowBytes = Math.ceil(widthPx / 8);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const byte = stored[y * rowBytes + (x >> 3)] ?? 0;
      into[y * widthPx + x] = ((byte >> (7 - (x & 7))) & 1) === 1 ? 0 : 255;
    }
  }
}
