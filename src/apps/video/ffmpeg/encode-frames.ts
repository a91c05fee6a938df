import { once } from 'node:events';
import type { StdioOptions } from 'node:child_process';
import type { Pixels } from '../../../contract/job.js';
import { SrganError } from '../../../system/errors.js';
import { colourTags, fromRgb, ratioText, type Film } from '../film/film.js';
import { nutFrame, nutHeader } from './nut.js';
import { cancelled, programFailure, reasonOf, startProgram, type Ended } from './child-program.js';

/** How frames become a file. */
export interface EncodePlan {
  readonly film: Film;
  /** Size of the result. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** As ffmpeg calls it. */
  readonly pixelFormat: string;
  /** Arguments of the encoder, the user's last. */
  readonly codec: readonly string[];
}

/** An encoder at work. */
export interface Encoder {
  /** @param pts in ticks of the film's time base, from 0 */
  write(pixels: Pixels, pts: number): Promise<void>;
  /**
   * Waits until everything is encoded.
   * @throws SrganError E_ENCODE, E_NOSPC, E_CANCELLED
   */
  end(): Promise<void>;
  /** Ends it at once, where its result is of no use any more. */
  kill(): Promise<void>;
  /** Whoever reads what goes to standard output has gone away. */
  readonly readerGone: boolean;
}

/** Where the result goes: a file of packets with their timestamps, or frames of YUV4MPEG2 on standard output. */
export type EncodeTo = { readonly file: string } | 'stdout';

/**
 * @param size of the frames that come
 * @throws SrganError E_ENGINE, E_ENCODE where it ends early
 */
export function startEncoder(
  plan: EncodePlan,
  size: Pick<Pixels, 'widthPx' | 'pageHeightPx'> & { readonly bits: 8 | 16 },
  to: EncodeTo,
  signal: AbortSignal,
): Encoder {
  const { film } = plan;
  const stdio: StdioOptions = ['pipe', to === 'stdout' ? 'inherit' : 'ignore', 'pipe'];
  const { child, ended } = startProgram('ffmpeg', argsOf(plan, to), stdio, signal);
  const { stdin } = child;
  if (!stdin) throw new SrganError('E_INTERNAL', 'ffmpeg has no standard input.');
  const state = { broken: false, readerGone: false };
  stdin.on('error', () => (state.broken = true));
  stdin.write(
    nutHeader({
      widthPx: size.widthPx,
      heightPx: size.pageHeightPx,
      bits: size.bits,
      sampleAspect: film.sampleAspect,
      timeBase: film.timeBase,
    }),
  );

  return {
    get readerGone() {
      return state.readerGone;
    },
    async write({ data }, pts) {
      await check();
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      stdin.write(nutFrame(pts, bytes.length));
      // the buffer is used again once it has been taken
      await new Promise<void>((resolve) => stdin.write(bytes, () => resolve()));
      await check();
    },
    async end() {
      stdin.end();
      const end = await ended;
      if (signal.aborted) throw cancelled(signal);
      if (end.status !== 0) throw failureOf(end);
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null)
        await once(child, 'close').catch(() => undefined);
    },
  };

  async function check(): Promise<void> {
    if (state.broken) throw await failure();
  }

  async function failure(): Promise<SrganError> {
    stdin?.destroy();
    const end = await ended;
    return signal.aborted ? cancelled(signal) : failureOf(end);
  }

  function failureOf(end: Ended): SrganError {
    const all = end.said.join('\n');
    if (to === 'stdout' && /broken pipe/i.test(all)) state.readerGone = true;
    if (/no space left/i.test(all)) {
      return new SrganError('E_NOSPC', 'The film cannot be written: the disk is full.', {
        cause: new Error(all),
        hint: 'Free some space, then run again with --resume.',
      });
    }
    if (/unknown encoder/i.test(all)) {
      return new SrganError('E_USAGE', `This ffmpeg cannot encode so: ${reasonOf(end)}.`, {
        hint: 'Name an encoder that it has: srgan video IN OUT -- -c:v NAME (ffmpeg -encoders lists them).',
      });
    }
    return programFailure('E_ENCODE', 'ffmpeg could not encode the film', end);
  }
}

function argsOf({ film, widthPx, heightPx, pixelFormat, codec }: EncodePlan, to: EncodeTo): string[] {
  const aspect = film.sampleAspect ? [`setsar=${ratioText(film.sampleAspect)}`] : [];
  const filters = [...fromRgb(film, { widthPx, heightPx }, pixelFormat), ...aspect].join(',');
  const input = ['-nostdin', '-v', 'error', '-copyts', '-f', 'nut', '-i', 'pipe:0', '-vf', filters];
  const asTheyCome = ['-fps_mode', 'passthrough'];
  if (to === 'stdout') {
    const rate = ['-r', ratioText(film.frameRate)];
    return [...input, ...asTheyCome, ...rate, '-f', 'yuv4mpegpipe', '-strict', '-1', 'pipe:1'];
  }
  const clock = ['-enc_time_base', ratioText(film.timeBase).replace('/', ':')];
  return [
    ...input,
    ...asTheyCome,
    ...clock,
    ...colourTags(film),
    ...codec,
    '-f',
    'nut',
    '-y',
    `file:${to.file}`,
  ];
}
