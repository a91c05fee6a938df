import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from './temporary-directory.js';

const execute = promisify(execFile);
const quiet = ['-hide_banner', '-v', 'error', '-nostdin', '-y'];

const installed = await Promise.all(['ffmpeg', 'ffprobe'].map((name) => execute(name, ['-version']))).then(
  () => true,
  () => false,
);

/** A test that needs ffmpeg; without, it says that it skips. */
export function filmTest(title: string, run: (t: ExecutionContext, cwd: string) => Promise<void>): void {
  // each keeps several processes busy
  if (installed) test.serial(title, async (t) => run(t, await temporaryDirectory(t)));
  else test.skip(`${title} (ffmpeg is not installed)`, () => undefined);
}

/** Runs ffmpeg in a directory. */
export async function ffmpeg(cwd: string, ...args: readonly string[]): Promise<void> {
  await execute('ffmpeg', [...quiet, ...args], { cwd });
}

/** What is generated, such as testsrc2=size=64x48:rate=25, in as many frames. */
export const picture = (source: string, frames: number): string[] => [
  ...['-f', 'lavfi', '-i', source],
  ...['-frames:v', String(frames)],
];

/** Each packet of a film: the stream, and when it is shown, in ticks of that stream's clock; in that order. */
export async function timestamps(file: string, stream = 'v:0'): Promise<number[]> {
  const found = await probe(file, '-select_streams', stream, '-show_entries', 'packet=pts');
  const { packets } = found as { packets: { pts?: number }[] };
  return packets.map(({ pts }) => pts ?? NaN).sort((a, b) => a - b);
}

export interface ProbedFilmStream {
  readonly codec_type: string;
  readonly codec_name: string;
  readonly width: number;
  readonly height: number;
  readonly pix_fmt: string;
  readonly time_base: string;
  readonly [key: string]: unknown;
}

export interface ProbedFilm {
  readonly streams: readonly ProbedFilmStream[];
  readonly chapters: readonly { readonly start_time: string; readonly tags?: Record<string, string> }[];
  readonly format: { readonly tags?: Record<string, string>; readonly duration: string };
}

export async function probed(file: string): Promise<ProbedFilm> {
  return (await probe(file, '-show_streams', '-show_format', '-show_chapters')) as ProbedFilm;
}

async function probe(file: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await execute('ffprobe', ['-v', 'error', ...args, '-of', 'json', file], {
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout);
}

/** Samples of a stream: the sound as 16 bits, or the picture in the format that is asked for. */
export async function samples(file: string, ...args: readonly string[]): Promise<Buffer> {
  const { stdout } = await execute('ffmpeg', [...quiet, '-i', file, ...args, '-'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  return stdout;
}

export const sound = (file: string): Promise<Buffer> => samples(file, '-map', '0:a:0', '-f', 's16le');

export const frames = (file: string, format: string): Promise<Buffer> =>
  samples(file, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', format);

/** A film of so many frames with sound, a frame every 1001/24000 s. */
export async function makeFilm(cwd: string, name: string, count = 24, size = '64x48'): Promise<string> {
  await ffmpeg(
    cwd,
    ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=24000/1001`],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
    ...[
      '-frames:v',
      String(count),
      '-shortest',
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
      name,
    ],
  );
  return join(cwd, name);
}
