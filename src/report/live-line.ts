import { fit } from './terminal-text.js';

/** As much of a terminal's stream as is used here. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line at the foot of a terminal that is drawn again in place. */
export interface LiveLine {
  draw(line: string): void;
  /** Lets `print` write to the terminal as if the line were not there. */
  aside<T>(print: () => T): T;
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_REST = '\u001b[K';

/** Each change is one write of the whole line, and an unchanged line is not written: nothing flickers. */
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
