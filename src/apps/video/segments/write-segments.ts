import { secondsOf, type Film, type Ratio } from '../film/film.js';
import { startEncoder, type Encoder } from '../ffmpeg/encode-frames.js';
import type { EnlargedFrame } from '../enlarge-frames.js';
import { depthOf } from '../ffmpeg/decode-frames.js';
import type { VideoJob } from '../video-options.js';
import { partialFile, recordSegment, type Segment } from './video-journal.js';
import type { WorkDirectory } from './work-directory.js';

export interface WrittenSegments {
  readonly segments: readonly Segment[];
  readonly frames: number;
  readonly filmS: number;
  /** Seconds by which timestamps in the segments are ahead of the film's. */
  readonly aheadS: number;
}

/** Pixels of the result in a segment: what a crash may cost, some minutes of work. */
const SEGMENT_PIXELS = 240 * 1280 * 720;
const MOST_FRAMES = 240;
const LEAST_FRAMES = 12;

/** Depends on the size alone, so that a run that goes on cuts where the one before it would have. */
function framesOfSegment({ widthPx, heightPx }: { widthPx: number; heightPx: number }): number {
  return Math.round(Math.min(MOST_FRAMES, Math.max(LEAST_FRAMES, SEGMENT_PIXELS / (widthPx * heightPx))));
}

/** Encoders give a first frame a time before its own, and NUT knows none before 0. */
const AHEAD = 1000;

/** A thousand seconds, or as many times as the clock of the film has seconds in it: whole in ticks and in seconds. */
export const ahead = ({ num, den }: Ratio) => ({ ticks: AHEAD * den, seconds: AHEAD * num });

/** Encodes frames segment by segment, each on the disk and in the journal before the one after it is closed. */
export async function writeSegments(
  job: VideoJob,
  work: WorkDirectory,
  frames: AsyncIterable<EnlargedFrame>,
  onSegment: (segment: Segment) => void,
): Promise<WrittenSegments> {
  const { options, film, plan, encode } = job;
  const most = options.segmentFrames ?? framesOfSegment(plan);
  const segments = [...work.segments];
  const { ticks, seconds } = ahead(film.timeBase);
  const clock = openClock(film, segments.at(-1)?.lastPts);
  let next = segments.reduce((sum, each) => sum + each.frames, 0);
  let open: { encoder: Encoder; first: number; frames: number } | undefined;
  let number = segments.length;
  let closing: Promise<void> = Promise.resolve();

  const close = (): Promise<void> => {
    if (!open) return closing;
    const { encoder, first, frames: count } = open;
    const facts = { segment: number, frames: count, first, lastPts: clock.last };
    open = undefined;
    number += 1;
    const before = closing;
    closing = (async () => {
      await encoder.end();
      await before;
      const segment = await recordSegment(work.path, facts);
      segments.push(segment);
      onSegment(segment);
    })();
    closing.catch(() => undefined);
    // of two encoders at a time the first is nearly done
    return before;
  };

  try {
    for await (const frame of frames) {
      try {
        if (open && open.frames >= most) await close();
        open ??= { encoder: encoderFor(frame, number), first: next, frames: 0 };
        await open.encoder.write(frame.enlarged, clock.next(frame.pts) + ticks);
        open.frames += 1;
        next += 1;
        options.on.frame({ frames: next, filmS: clock.filmS });
        await options.on.look(frame);
      } finally {
        await frame.release();
      }
    }
    await close();
    await closing;
  } catch (error) {
    await open?.encoder.kill();
    await closing.catch(() => undefined);
    throw error;
  }
  return { segments, frames: next, filmS: clock.filmS, aheadS: seconds };

  function encoderFor({ enlarged }: EnlargedFrame, segment: number): Encoder {
    const size = { ...enlarged, bits: depthOf(film) };
    return startEncoder(encode, size, { file: partialFile(work.path, segment) }, options.signal);
  }
}

/** Timestamps as the film has them; where it has none, or they go backwards, a frame's time after the one before. */
export function openClock(film: Pick<Film, 'timeBase' | 'frameRate'>, before?: number) {
  const { timeBase, frameRate } = film;
  const frameTicks = Math.max(1, Math.round((frameRate.den * timeBase.den) / (frameRate.num * timeBase.num)));
  let last = before;
  return {
    next(pts: number | undefined): number {
      const follows = last === undefined ? 0 : last + frameTicks;
      if (pts === undefined) last = follows;
      else last = last === undefined || pts > last ? pts : last + 1;
      return last;
    },
    get last() {
      return last ?? 0;
    },
    get filmS() {
      return last === undefined ? 0 : secondsOf(last + frameTicks, timeBase);
    },
  };
}
