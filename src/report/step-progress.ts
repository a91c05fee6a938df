import { openLiveLine, type Terminal } from './live-line.js';

/** Says on stderr which step of a long measurement goes on. */
export interface StepProgress {
  step(text: string): void;
  /** Something a person should know now. */
  note(sentence: string): void;
  close(): void;
}

export interface StepProgressOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** The stream is a terminal that can draw a line again. */
  readonly live: boolean;
}

export function openStepProgress({ stream, level, live }: StepProgressOptions): StepProgress {
  const line = live && level !== 'quiet' ? openLiveLine(stream) : undefined;
  const say = (text: string) => void stream.write(`${text}\n`);
  return {
    step(text) {
      if (level === 'quiet') return;
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
