import type { Readable } from 'node:stream';
import type { Pixels } from '../../../contract/job.js';
import type { Buffers } from '../../../contract/ports.js';
import { toRgb, ratioText, type Film } from '../film/film.js';
import { fileOf, INPUT_RULE } from '../film/probe-film.js';
import { cancelled, plainLine, programFailure, startProgram } from './child-program.js';
import { readTimestamps, type Timestamps } from './timestamps.js';

/** A picture of the film and when it is shown. */
export interface Frame {
  /** From 0. */
  readonly index: number;
  /** In ticks of the film's time base; undefined where the film does not say. */
  readonly pts: number | undefined;
  /** In a buffer that whoever takes the frame gives back. */
  readonly pixels: Pixels;
}

export interface DecodeRule {
  /** Frames at the beginning that are passed over. */
  readonly skip: number;
  readonly deinterlace: boolean;
  readonly buffers: Buffers;
  readonly signal: AbortSignal;
  /** The film's bytes, where they do not lie in a file. */
  readonly stdin?: Readable;
  /** Told once at the end what of the film could not be decoded. */
  readonly onDamage: (sentence: string) => void;
}

/** Depth of the frames that go through the network. */
export const depthOf = ({ pixelFormat }: Pick<Film, 'pixelFormat'>): 8 | 16 =>
  pixelFormat.bits > 8 ? 16 : 8;

/**
 * Frames of a film in order, as RGB in full range with the film's own transfer and primaries. ffmpeg decodes no
 * faster than they are taken.
 * @throws SrganError E_ENGINE, E_DECODE, E_CANCELLED
 */
export async function* decodeFrames(film: Film, rule: DecodeRule): AsyncGenerator<Frame, void> {
  const { signal, stdin } = rule;
  const source = stdin ? ['-f', 'yuv4mpegpipe', '-i', 'pipe:0'] : ['-i', fileOf(film.path)];
  const args = [
    ...(stdin ? [] : ['-nostdin']),
    ...['-v', 'error', '-copyts', ...INPUT_RULE, ...source, '-map', `0:${film.stream}`],
    ...['-vf', filters(film, rule), '-fps_mode', 'passthrough'],
    ...['-enc_time_base', ratioText(film.timeBase).replace('/', ':')],
    ...['-f', 'rawvideo', '-pix_fmt', depthOf(film) === 8 ? 'rgb24' : 'rgb48le', 'pipe:1'],
  ];
  const { child, ended } = startProgram(
    'ffmpeg',
    args,
    [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    signal,
  );
  const feed = child.stdin;
  if (stdin && feed) {
    // it may end before it has read everything
    feed.on('error', () => stdin.unpipe(feed));
    stdin.pipe(feed);
  }
  const told = child.stdio[3] as Readable;
  const timestamps = readTimestamps(told);
  let over = false;
  try {
    yield* framesOf(child.stdout as Readable, timestamps, film, rule);
    const end = await ended;
    over = true;
    if (signal.aborted) throw cancelled(signal);
    if (end.status !== 0) throw programFailure('E_DECODE', `${film.path}: ffmpeg could not decode it`, end);
    const [first] = end.said;
    if (first !== undefined) rule.onDamage(`${film.path}: ffmpeg says of it: ${plainLine(first)}`);
  } finally {
    if (!over) child.kill('SIGKILL');
    // it has not ended while somebody may still read what it wrote
    told.destroy();
    child.stdout?.destroy();
    await ended.catch(() => undefined);
  }
}

function filters(film: Film, { skip, deinterlace }: DecodeRule): string {
  return [
    ...(deinterlace ? ['bwdif=mode=send_frame'] : []),
    ...(skip > 0 ? [`trim=start_frame=${skip}`] : []),
    toRgb(film),
    `format=${depthOf(film) === 8 ? 'rgb24' : 'rgb48le'}`,
    `settb=${ratioText(film.timeBase)}`,
    // prints the timestamp of each frame beside its pixels; it prints nothing of a frame without metadata
    'metadata=mode=add:key=srgan:value=1',
    String.raw`metadata=mode=print:file=pipe\\:3:direct=1`,
  ].join(',');
}

async function* framesOf(
  stream: Readable,
  timestamps: Timestamps,
  film: Film,
  { skip, buffers }: DecodeRule,
): AsyncGenerator<Frame, void> {
  const { widthPx, heightPx: pageHeightPx } = film;
  const samples = 3 * widthPx * pageHeightPx;
  const bytes = (samples * depthOf(film)) / 8;
  let index = skip;
  let filled = 0;
  let into: Uint8Array<SharedArrayBuffer> | undefined;
  const take = () => new Uint8Array(buffers.take(bytes), 0, bytes);
  try {
    for await (const piece of stream) {
      let rest = piece as Uint8Array;
      while (rest.length > 0) {
        into ??= take();
        const part = rest.subarray(0, bytes - filled);
        into.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled < bytes) continue;
        const { buffer } = into;
        const data = depthOf(film) === 8 ? into : new Uint16Array(buffer, 0, samples);
        [into, filled] = [undefined, 0];
        const pts = await timestamps.next();
        yield { index, pts, pixels: { data, widthPx, pageHeightPx, pages: 1, channels: 3 } };
        index += 1;
      }
    }
  } finally {
    if (into) buffers.give(into.buffer);
  }
}
