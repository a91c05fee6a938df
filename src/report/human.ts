import { performance } from 'node:perf_hooks';
import type { Outcome } from '../contract/job.js';
import { detailLines, failureLines, warningLines } from './failure-lines.js';
import { openLiveLine, type Terminal } from './live-line.js';
import { advance, BEGUN, begunWith, progressBar, progressLine, type Reporter } from '../flow/progress.js';
import { elapsedSince, type Summary, type TallyState } from '../flow/summary.js';
import { figureLines, summaryLines } from './summary-lines.js';
import { openPaint, visible } from './terminal-text.js';

export interface HumanOptions {
  readonly stream: Terminal;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** The stream is a terminal that can draw a line again. */
  readonly live: boolean;
  readonly coloured: boolean;
  /** Where all failures are written, if anywhere. */
  readonly errorsLog: string | undefined;
  /** What processes of the same run came to that died. */
  readonly before?: TallyState | undefined;
  /** The last line, in place of the first one of the summary. */
  readonly lastLine?: (summary: Summary) => string;
  /** Calls `tick` again and again, and returns what ends that. */
  readonly every?: (ms: number, tick: () => void) => () => void;
}

export interface HumanReporter extends Reporter {
  /** Lets `print` write to the same terminal without harm to the progress. */
  aside<T>(print: () => T): T;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;

/** For people, on stderr: a bar on a terminal, a line every few seconds elsewhere, and a summary at the end. */
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
