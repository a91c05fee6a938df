import { performance } from 'node:perf_hooks';
import type { Step } from '../../benchmark/measure.js';
import { openLiveLine, type Terminal } from '../live-line.js';
import { duration } from '../units.js';
import { configurationText } from './words.js';

/** Says on stderr which run goes on. */
export interface BenchmarkProgress {
  step(step: Step): void;
  /** Something a person should know now. */
  note(sentence: string): void;
  close(): void;
}

export interface BenchmarkProgressOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** The stream is a terminal that can draw a line again. */
  readonly live: boolean;
}

export function openBenchmarkProgress({ stream, level, live }: BenchmarkProgressOptions): BenchmarkProgress {
  const line = live && level !== 'quiet' ? openLiveLine(stream) : undefined;
  const say = (text: string) => void stream.write(`${text}\n`);
  let firstMs: number | undefined;

  return {
    step({ configuration, round, doneRuns, runs, doneShare }) {
      if (level === 'quiet') return;
      const nowMs = performance.now();
      firstMs ??= nowMs;
      const leftMs = doneShare > 0 ? ((nowMs - firstMs) * (1 - doneShare)) / doneShare : undefined;
      const parts = [
        `run ${doneRuns + 1}/${runs}: ${configurationText(configuration)}, round ${round}`,
        ...(leftMs === undefined ? [] : [`ETA ${duration(leftMs)}`]),
      ];
      const text = parts.join(', ');
      if (line) line.draw(text);
      else say(text);
    },
    note(sentence) {
      if (line) line.aside(() => say(sentence));
      else say(sentence);
    },
    close: () => line?.close(),
  };
}
