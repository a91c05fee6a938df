import { performance } from 'node:perf_hooks';
import { openStepProgress, type StepProgressOptions } from '../../../report/human.js';
import { duration, rate } from '../../../system/measures.js';
import type { Begun, FrameProgress } from '../video-options.js';

/** Where a film stands, for people. */
export interface FilmProgress {
  begun(begun: Begun): void;
  frame(progress: FrameProgress): void;
  say(sentence: string): void;
  close(): void;
}

const REDRAW_MS = 200;
const LINE_MS = 5000;

export function openFilmProgress(options: StepProgressOptions): FilmProgress {
  const progress = openStepProgress(options);
  let begun: Begun | undefined;
  let beganMs = 0;
  let toldMs = 0;
  return {
    begun(told) {
      begun = told;
      beganMs = toldMs = performance.now();
    },
    frame(at) {
      const nowMs = performance.now();
      if (!begun || nowMs - toldMs < (options.live ? REDRAW_MS : LINE_MS)) return;
      toldMs = nowMs;
      progress.step(progressLine(begun, at, nowMs - beganMs));
    },
    say: (sentence) => progress.note(sentence),
    close: () => progress.close(),
  };
}

/** `120/1000 frames, 12.3 frames/s, 0:05 of 0:40 of the film, ETA 1 min 11 s` */
export function progressLine(
  { film, resumed }: Begun,
  { frames, filmS }: FrameProgress,
  elapsedMs: number,
): string {
  const perSecond = (1000 * (frames - resumed)) / Math.max(1, elapsedMs);
  const all = film.frames;
  const whole = film.durationS === undefined ? '' : ` of ${clockTime(film.durationS)}`;
  return [
    all === undefined ? `${frames} frames` : `${frames}/${Math.max(all, frames)} frames`,
    `${rate(perSecond)} frames/s`,
    `${clockTime(filmS)}${whole} of the film`,
    ...(all === undefined || perSecond === 0
      ? []
      : [`ETA ${duration((1000 * Math.max(0, all - frames)) / perSecond)}`]),
  ].join(', ');
}

/** `0:05`, `12:34`, `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
