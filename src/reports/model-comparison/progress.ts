import type { SrganError } from '../../errors.js';
import type { Step } from '../../model-comparison/measure.js';
import { openLiveLine, type Terminal } from '../live-line.js';
import { visible } from '../terminal-text.js';

/** Says on stderr which network is at work, and what cannot be compared. */
export interface ModelComparisonProgress {
  step(step: Step): void;
  failure(failure: SrganError): void;
  /** Something a person should know now. */
  note(sentence: string): void;
  close(): void;
}

export interface ModelComparisonProgressOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** The stream is a terminal that can draw a line again. */
  readonly live: boolean;
}

export function openModelComparisonProgress({
  stream,
  level,
  live,
}: ModelComparisonProgressOptions): ModelComparisonProgress {
  const line = live && level !== 'quiet' ? openLiveLine(stream) : undefined;
  const say = (text: string) => void stream.write(`${text}\n`);
  const note = (sentence: string) => (line ? line.aside(() => say(sentence)) : say(sentence));

  return {
    step({ name, round, run, runs }) {
      if (level === 'quiet') return;
      const text = visible(`run ${run}/${runs}: ${name}${round > 1 ? `, round ${round}` : ''}`);
      if (line) line.draw(text);
      else say(text);
    },
    failure: ({ code, message }) => note(visible(`${code}: ${message}`)),
    note,
    close: () => line?.close(),
  };
}
