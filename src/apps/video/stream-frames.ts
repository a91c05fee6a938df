import { performance } from 'node:perf_hooks';
import { startEncoder, type Encoder } from './ffmpeg/encode-frames.js';
import { depthOf } from './ffmpeg/decode-frames.js';
import { openClock } from './segments/write-segments.js';
import type { FramesInWork, VideoJob, VideoSummary } from './video-options.js';

/** Frames to standard output, as YUV4MPEG2. */
export async function streamFrames(
  { options, film, plan, encode }: VideoJob,
  frames: FramesInWork,
): Promise<VideoSummary> {
  const startMs = performance.now();
  const { on, signal } = options;
  const { widthPx, heightPx } = plan;
  // this format has no timestamps: frames are told apart by their number alone
  const rate = film.frameRate;
  const even = { ...encode, film: { ...film, timeBase: { num: rate.den, den: rate.num } } };
  const clock = openClock(film);
  let encoder: Encoder | undefined;
  let count = 0;
  on.begun({ film, widthPx, heightPx, model: plan.model, resumed: 0 });
  try {
    for await (const frame of frames.enlarged) {
      try {
        encoder ??= startEncoder(even, { ...frame.enlarged, bits: depthOf(film) }, 'stdout', signal);
        clock.next(frame.pts);
        await encoder.write(frame.enlarged, count);
        count += 1;
        on.frame({ frames: count, filmS: clock.filmS });
        await on.look(frame);
      } finally {
        await frame.release();
      }
    }
    await encoder?.end();
  } catch (error) {
    await encoder?.kill();
    if (!encoder?.readerGone) throw error;
  }
  return {
    frames: count,
    resumed: 0,
    filmS: clock.filmS,
    elapsedMs: performance.now() - startMs,
    widthPx,
    heightPx,
    ...frames.tiles(count),
    warnings: frames.warnings,
    readerGone: encoder?.readerGone ?? false,
  };
}
