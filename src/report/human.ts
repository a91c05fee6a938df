import { performance } from 'node:perf_hooks';
import type { Outcome } from '../contract/job.js';
import { detailLines, failureLines, warningLines, figureLines, summaryLines } from './summary-text.js';
import { advance, BEGUN, begunWith, progressBar, progressLine, type Reporter } from '../flow/progress.js';
import { elapsedSince, type Summary, type TallyState } from '../flow/summary.js';
import { openPaint, visible, fit } from './terminal-text.js';

export interface HumanOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** Whether the stream is a terminal that can redraw a line. */
  readonly live: boolean;
  readonly coloured: boolean;
  /** The file with all failures, if there is one. */
  readonly errorsLog: string | undefined;
  /** Totals from processes of the same run that died. */
  readonly before?: TallyState | undefined;
  /** Returns the last line, which replaces the first line of the summary. */
  readonly lastLine?: (summary: Summary) => string;
  /** Calls `tick` periodically until the returned function is called. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

export interface HumanReporter extends Reporter {
  /** Lets `print` write to the terminal without garbling the progress line. */
  aside<T>(print: () => T): T;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;

/** Reports to a person on stderr: a progress bar on a terminal, otherwise a line every few seconds, then a summary. */
export function openHuman(options: HumanOptions): HumanReporter {
  const { stream, level, live, coloured, errorsLog, before, lastLine, every = onTimer } = options;
  const startMs = performance.now() - elapsedSince(before);
  const paint = openPaint(coloured);
  const line = live && level !== 'quiet' ? openLiveLine(stream) : undefined;
  const say = (text: string) => void stream.write(`${text}\n`);
  const aside = <T>(print: () => T): T => (line ? line.aside(print) : print());
  const sayAll = (lines: readonly string[]) => {
    if (lines.length > 0) aside(() => lines.forEach(say));
  };
  let progress = before ? begunWith(before) : BEGUN;
  let told = progress;

  const stop = level === 'quiet' ? () => undefined : every(line ? REDRAW_MS : LINE_MS, tick);

  function tick() {
    const elapsedMs = performance.now() - startMs;
    if (line) line.draw(progressBar(progress, elapsedMs));
    else if (progress.ended > told.ended) say(progressLine(progress, elapsedMs));
    told = progress;
  }

  function close() {
    stop();
    line?.close();
  }

  return {
    aside,
    close,
    total(sources) {
      progress = { ...progress, total: sources };
    },
    outcome(outcome: Outcome) {
      progress = advance(progress, outcome);
      if (level === 'verbose') sayAll(detailLines(outcome, paint));
      else if (level === 'normal' && outcome.status !== 'failed') sayAll(warningLines(outcome, paint));
    },
    note(sentence) {
      sayAll([visible(sentence)]);
    },
    end(summary) {
      close();
      const detail = { verbose: level === 'verbose' };
      const told =
        level === 'quiet' ? [] : lastLine ? figureLines(summary, detail) : summaryLines(summary, detail);
      told.forEach(say);
      failureLines(summary, errorsLog, paint).forEach(say);
      if (lastLine && level !== 'quiet') say(lastLine(summary));
    },
  };
}

function onTimer(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** The part of a terminal's stream that is used here. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line at the bottom of a terminal that is redrawn in place. */
export interface LiveLine {
  draw(line: string): void;
  /** Clears the line while `print` writes to the terminal. */
  aside<T>(print: () => T): T;
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_REST = '\u001b[K';

/** Writes the whole line at once, and only when it changes, so that it does not flicker. */
export function openLiveLine(terminal: Terminal): LiveLine {
  let shown = '';
  const restore = () => void terminal.write(shown ? `\r${CLEAR_REST}${SHOW_CURSOR}` : '');
  process.once('exit', restore);

  return {
    draw(line) {
      const fitted = fit(line, (terminal.columns ?? 80) - 1);
      if (fitted === shown) return;
      terminal.write(`${shown ? '' : HIDE_CURSOR}\r${fitted}${CLEAR_REST}`);
      shown = fitted;
    },
    aside(print) {
      if (shown) terminal.write(`\r${CLEAR_REST}`);
      const result = print();
      if (shown) terminal.write(shown);
      return result;
    },
    close() {
      restore();
      shown = '';
      process.off('exit', restore);
    },
  };
}

/** Shows the current step of a long measurement on stderr. */
export interface StepProgress {
  step(text: string): void;
  /** Shows a message that should not wait. */
  note(sentence: string): void;
  close(): void;
}

export interface StepProgressOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** Whether the stream is a terminal that can redraw a line. */
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
