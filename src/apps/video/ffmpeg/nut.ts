import type { Ratio } from '../film/film.js';

/**
 * Writes raw frames with their timestamps as NUT, which ffmpeg reads from a pipe: of all containers that it knows,
 * the one whose timestamps can be of any time base. See "NUT Open Container Format" (ffmpeg.org/nut.html).
 */
export interface NutStream {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bits: 8 | 16;
  readonly sampleAspect: Ratio | undefined;
  readonly timeBase: Ratio;
}

const ID = Buffer.from('nut/multimedia container\0', 'latin1');
const MAIN = Buffer.from('4e4d7a561f5f04ad', 'hex');
const STREAM = Buffer.from('4e5311405bf2f9db', 'hex');
const SYNCPOINT = Buffer.from('4e4be4adeeca4569', 'hex');

const VERSION = 3;
const MAX_DISTANCE = 65_536;

const FLAG = { key: 1, codedPts: 8, streamId: 16, sizeMsb: 32, checksum: 64, coded: 4096 };

/** No frames begin with bytes that are left out. */
const NO_ELISION = 0;

/** Any byte but N, with which the other packets begin. */
const FRAME_CODE = 0;

/** What comes before the first frame. */
export function nutHeader(stream: NutStream): Buffer {
  const { timeBase } = stream;
  // one entry stands for all 255 frame codes: everything is said in each frame's own header
  const frameCodes = [FLAG.coded, 6, 0, 1, 0, 0, 0, 255];
  const main = [VERSION, 1, MAX_DISTANCE, 1, timeBase.num, timeBase.den, ...frameCodes, NO_ELISION].map(v);
  return Buffer.concat([ID, packet(MAIN, Buffer.concat(main)), packet(STREAM, streamHeader(stream))]);
}

function streamHeader({ widthPx, heightPx, bits, sampleAspect }: NutStream): Buffer {
  const fourcc = Buffer.from([0x52, 0x47, 0x42, 3 * bits]);
  const { num, den } = sampleAspect ?? { num: 0, den: 0 };
  // stream 0 of class video; timestamps are never cut to their lowest bits
  const head = [0, 0].map(v);
  const rest = [0, 0, MAX_DISTANCE, 0, 0, 0, widthPx, heightPx, num, den, 0].map(v);
  return Buffer.concat([...head, v(fourcc.length), fourcc, ...rest]);
}

/**
 * What comes before the bytes of each frame.
 * @param pts in ticks of the time base, from 0
 */
export function nutFrame(pts: number, bytes: number): Buffer {
  const flags = FLAG.key | FLAG.codedPts | FLAG.streamId | FLAG.sizeMsb | FLAG.checksum;
  // with no bits for the lowest part of a timestamp, a whole one is written as its value and 1
  const head = Buffer.concat([Buffer.from([FRAME_CODE]), ...[flags ^ FLAG.coded, 0, pts + 1, bytes].map(v)]);
  return Buffer.concat([packet(SYNCPOINT, Buffer.concat([v(pts), v(0)])), head, sum(head)]);
}

function packet(startcode: Buffer, content: Buffer): Buffer {
  return Buffer.concat([startcode, v(content.length + 4), content, sum(content)]);
}

/** A whole number from 0 in groups of 7 bits, the highest first. */
function v(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(128 + (rest % 128));
  }
  return Buffer.from(bytes);
}

/** CRC-32 of the polynomial 04C11DB7, the highest bit first, from 0. */
function sum(bytes: Buffer): Buffer {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  const written = Buffer.alloc(4);
  written.writeInt32BE(crc | 0);
  return written;
}
