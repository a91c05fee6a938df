import type { Outcome } from '../contract/job.js';
import { endedIn, pixelsOf, type Summary, type TallyState } from './summary.js';
import { count, duration, rate } from '../system/measures.js';

/** Hears of a run while it goes on. */
export interface Reporter {
  /** The number of sources, where it is known before they are worked off. */
  total(sources: number): void;
  outcome(outcome: Outcome): void;
  /** Something a person should know now, such as an interrupt. */
  note(sentence: string): void;
  /** Takes the progress away and says what became of the run. */
  end(summary: Summary): void;
  /** Takes the progress away, where the run ended without a summary. */
  close(): void;
}

/** Where a run stands. */
export interface Progress {
  readonly total: number | undefined;
  readonly ended: number;
  readonly failed: number;
  readonly inputPixels: number;
}

export const BEGUN: Progress = { total: undefined, ended: 0, failed: 0, inputPixels: 0 };

export function begunWith(before: TallyState): Progress {
  const { counts, inputPixels } = before;
  return { ...BEGUN, ended: endedIn(before), failed: counts.failed, inputPixels };
}

export function advance(progress: Progress, outcome: Outcome): Progress {
  return {
    ...progress,
    ended: progress.ended + 1,
    failed: progress.failed + (outcome.status === 'failed' ? 1 : 0),
    inputPixels: progress.inputPixels + (outcome.status === 'done' ? pixelsOf(outcome) : 0),
  };
}

/** `120/2000 images, 4.56 Mpx/s, ETA 4 min 5 s, 2 failed` */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const { total, ended, failed, inputPixels } = progress;
  const parts = [total === undefined ? count(ended, 'image') : `${ended}/${count(total, 'image')}`];
  if (inputPixels > 0 && elapsedMs > 0) parts.push(`${rate(inputPixels / 1000 / elapsedMs)} Mpx/s`);
  const leftMs = remainingMs(progress, elapsedMs);
  parts.push(leftMs === undefined ? duration(elapsedMs) : `ETA ${duration(leftMs)}`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}

/** The images still to come are taken to be like those that ended. */
export function remainingMs({ total, ended }: Progress, elapsedMs: number): number | undefined {
  if (total === undefined || ended === 0) return undefined;
  return (Math.max(0, total - ended) / ended) * elapsedMs;
}

const BAR_COLUMNS = 24;

/** The line with a bar in front, where the total is known. */
export function progressBar(progress: Progress, elapsedMs: number): string {
  const line = progressLine(progress, elapsedMs);
  if (!progress.total) return line;
  const filled = Math.min(BAR_COLUMNS, Math.floor((BAR_COLUMNS * progress.ended) / progress.total));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_COLUMNS - filled)}] ${line}`;
}
