import path from 'node:path';
import type { Outcome } from '../contract/job.js';
import { formatBytes } from '../system/measures.js';
import { visible } from './terminal-text.js';

const WIDTHS = [9, 13, 13, 7, 8, 14];
const row = (cells: readonly string[], rest: string) =>
  `${cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(' ')} ${rest}\n`;

export const planHeading = row(
  ['ACTION', 'SIZE', 'RESULT', 'FORMAT', 'MEMORY', 'NETWORK'],
  'SOURCE → OUTPUT',
);

/** One source of a dry run. Columns have fixed widths, since rows are printed as they come. */
export function planRow(outcome: Outcome): string {
  const { status, src, dst, code, message, reason, format, predictedBytes, pages = 1 } = outcome;
  const { modelBecause: because } = outcome;
  const source = visible(src);
  if (status === 'failed' || status === 'cancelled') {
    return row(
      [status, size(outcome.inputWidthPx, outcome.inputHeightPx, pages)],
      `${code} ${message?.includes(src) ? '' : `${source}: `}${visible(message ?? '')}`,
    );
  }
  if (status === 'skipped') {
    return row(
      [status, size(outcome.inputWidthPx, outcome.inputHeightPx, pages)],
      `${source}: ${reason ?? ''}`,
    );
  }
  return row(
    [
      outcome.passes === undefined
        ? 'copy'
        : outcome.passes.length > 0
          ? `x${outcome.passes.join(' x')}`
          : 'resize',
      size(outcome.inputWidthPx, outcome.inputHeightPx, pages),
      size(outcome.outputWidthPx, outcome.outputHeightPx, pages),
      format ?? '',
      predictedBytes === undefined ? '' : formatBytes(predictedBytes),
      networkOf(outcome),
    ],
    `${source} → ${visible(dst ?? '')}${because === undefined ? '' : ` (${because})`}`,
  );
}

/** Of a path, the file's own name. */
function networkOf({ model, passes = [] }: Outcome): string {
  return model === undefined || passes.length === 0 ? '' : visible(path.basename(model));
}

function size(widthPx: number | undefined, heightPx: number | undefined, pages: number): string {
  if (widthPx === undefined || heightPx === undefined) return '';
  return `${widthPx}×${heightPx}${pages > 1 ? `×${pages}` : ''}`;
}
