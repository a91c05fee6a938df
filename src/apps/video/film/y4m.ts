import type { Readable } from 'node:stream';
import { SrganError } from '../../../system/errors.js';
import { readRatio, type Film, pixelFormatOf } from './film.js';

/** Longer than any header that says something. */
const MAX_HEADER_BYTES = 4096;

/**
 * Reads the header of YUV4MPEG2 and leaves the stream as it was before: what was read is put back.
 * @throws SrganError E_EMPTY, E_UNSUPPORTED, E_TRUNCATED
 */
export async function readY4mHeader(stream: Readable): Promise<Film> {
  const chunks: Buffer[] = [];
  let bytes = Buffer.alloc(0);
  while (!bytes.includes(0x0a) && bytes.length < MAX_HEADER_BYTES) {
    const chunk = await nextChunk(stream);
    if (!chunk) break;
    chunks.push(chunk);
    bytes = Buffer.concat(chunks);
  }
  if (bytes.length > 0) stream.unshift(bytes);
  const end = bytes.indexOf(0x0a);
  if (bytes.length === 0) throw new SrganError('E_EMPTY', 'Standard input has no bytes.');
  if (end < 0 || !bytes.subarray(0, 10).equals(Buffer.from('YUV4MPEG2 '))) {
    throw new SrganError('E_UNSUPPORTED', 'Standard input is no YUV4MPEG2.', {
      hint: 'Such as: ffmpeg -i film.mkv -f yuv4mpegpipe -strict -1 - | srgan video - -',
    });
  }
  return filmOfHeader(bytes.subarray(10, end).toString('latin1'));
}

async function nextChunk(stream: Readable): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk) return chunk;
    if (stream.readableEnded || stream.destroyed) return undefined;
    const more = await new Promise<boolean>((resolve) => {
      const settle = (more: boolean) => () => {
        stream.off('readable', onReadable).off('end', onEnd).off('error', onEnd);
        resolve(more);
      };
      const onReadable = settle(true);
      const onEnd = settle(false);
      stream.once('readable', onReadable).once('end', onEnd).once('error', onEnd);
    });
    if (!more) return undefined;
  }
}

/** @param text the fields after the magic word, such as `W64 H48 F25:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL` */
function filmOfHeader(text: string): Film {
  const fields = text.split(' ');
  const field = (letter: string) => fields.find((each) => each.startsWith(letter))?.slice(1);
  const [widthPx, heightPx] = [Number(field('W')), Number(field('H'))];
  const frameRate = readRatio(field('F')) ?? { num: 25, den: 1 };
  if (!(widthPx > 0) || !(heightPx > 0)) {
    throw new SrganError('E_UNSUPPORTED', 'Standard input: the header of YUV4MPEG2 says no size.');
  }
  return {
    path: '-',
    widthPx,
    heightPx,
    stream: 0,
    codec: 'rawvideo',
    pixelFormat: pixelFormatOf(formatOf(field('C') ?? '420')),
    colour: {
      matrix: undefined,
      range: text.includes('XCOLORRANGE=FULL') ? 'pc' : 'tv',
      primaries: undefined,
      transfer: undefined,
      chromaLocation: undefined,
    },
    sampleAspect: readRatio(field('A')),
    timeBase: { num: frameRate.den, den: frameRate.num },
    frameRate,
    interlaced: ['t', 'b', 'm'].includes(field('I') ?? ''),
    durationS: undefined,
    frames: undefined,
    container: 'yuv4mpegpipe',
    startS: 0,
    bitRate: undefined,
    others: [],
  };
}

/** Such as 420, 420jpeg, 420mpeg2, 422p10, 444 or mono. */
function formatOf(name: string): string {
  const [, chroma, depth] = /^(420|422|444|411|mono)(?:p?(9|10|12|14|16))?/.exec(name) ?? [];
  if (chroma === 'mono') return depth === undefined ? 'gray' : `gray${depth}le`;
  return `yuv${chroma ?? '420'}p${depth === undefined ? '' : `${depth}le`}`;
}
