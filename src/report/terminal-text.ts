import { stripVTControlCharacters } from 'node:util';
import { printable } from '../system/files/file-names.js';

/** Escapes control characters, so that line breaks or escape sequences in a file name cannot affect a terminal. */
export function visible(text: string): string {
  return printable(text).replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code === 10 ? '\\n' : code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');

/** Truncates an uncoloured line to the width of a terminal, so that it never wraps. */
export const fit = (line: string, columns: number): string =>
  stripVTControlCharacters(line).slice(0, columns);

export interface Paint {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

export function openPaint(coloured: boolean): Paint {
  const wrap = (open: number, close: number) => (text: string) =>
    coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { red: wrap(31, 39), green: wrap(32, 39), yellow: wrap(33, 39), dim: wrap(2, 22) };
}

/** Aligns the columns of a table. @param right indexes of the right-aligned columns */
export function tableText(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  const padded = (cell: string, column: number) =>
    right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('');
}
