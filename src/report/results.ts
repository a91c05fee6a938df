import { recordOf } from '../flow/outcome.js';
import type { SrganError } from '../system/errors.js';
import type { Outcome } from '../contract/job.js';
import type { Summary } from '../flow/summary.js';
import path from 'node:path';
import { formatBytes } from '../system/measures.js';
import { visible } from './terminal-text.js';

/** Writes the results of a run to standard output, for programs. */
export interface Results {
  outcome(outcome: Outcome): Promise<void>;
  end(summary: Summary): Promise<void>;
  /** Reports that the whole run failed. */
  fail(error: SrganError): Promise<void>;
}

export type ResultsKind = 'paths' | 'paths-nul' | 'json' | 'ndjson' | 'plan';

/** Sends text to the reader, and waits if the reader is slow. */
export type Send = (text: string) => Promise<void>;

/** @param told number of outcomes that a process of the same run reported before it died */
export function openResults(kind: ResultsKind, send: Send, told = 0): Results {
  switch (kind) {
    case 'paths':
      return eachWith((outcome) => pathOf(outcome, '\n'));
    case 'paths-nul':
      return eachWith((outcome) => pathOf(outcome, '\0'));
    case 'ndjson':
      return eachWith((outcome) => `${JSON.stringify(recordOf(outcome))}\n`);
    case 'plan':
      return eachWith(planRow, planHeading);
    case 'json':
      return openDocument(send, told);
  }

  function eachWith(text: (outcome: Outcome) => string, heading = ''): Results {
    let begun = told > 0;
    return {
      async outcome(outcome) {
        const line = text(outcome);
        if (line) await send(begun ? line : heading + line);
        begun ||= line !== '';
      },
      end: () => Promise.resolve(),
      fail: () => Promise.resolve(),
    };
  }
}

/** Returns the path of a result, or '' for a source without one. */
function pathOf({ status, dst }: Outcome, end: string): string {
  return dst !== undefined && (status === 'done' || status === 'copied') ? dst + end : '';
}

/** Writes one JSON document piece by piece, so that memory does not grow with it. */
function openDocument(send: Send, told: number): Results {
  let images = told;
  const opening = () => (images === 0 ? '{"images":[' : '');
  return {
    async outcome(outcome) {
      const piece = `${opening()}${images > 0 ? ',' : ''}\n${JSON.stringify(recordOf(outcome))}`;
      images += 1;
      await send(piece);
    },
    end: (summary) => send(`${opening()}\n],"summary":${JSON.stringify(summary)}}\n`),
    fail: ({ code, message, hint }) =>
      send(`${opening()}\n],"error":${JSON.stringify({ code, message, hint })}}\n`),
  };
}

const WIDTHS = [9, 13, 13, 7, 8, 14];
const row = (cells: readonly string[], rest: string) =>
  `${cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(' ')} ${rest}\n`;

export const planHeading = row(
  ['ACTION', 'SIZE', 'RESULT', 'FORMAT', 'MEMORY', 'NETWORK'],
  'SOURCE → OUTPUT',
);

/** Returns the row of a source in a dry run. Columns have fixed widths, since rows are printed one by one. */
export function planRow(outcome: Outcome): string {
  const { status, src, dst, code, message, reason, format, predictedBytes, pages = 1 } = outcome;
  const { modelBecause: because } = outcome;
  const source = visible(src);
  if (status === 'failed' || status === 'cancelled') {
    return row(
      [status, sizeColumn(outcome.inputWidthPx, outcome.inputHeightPx, pages)],
      `${code} ${message?.includes(src) ? '' : `${source}: `}${visible(message ?? '')}`,
    );
  }
  if (status === 'skipped') {
    return row(
      [status, sizeColumn(outcome.inputWidthPx, outcome.inputHeightPx, pages)],
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
      sizeColumn(outcome.inputWidthPx, outcome.inputHeightPx, pages),
      sizeColumn(outcome.outputWidthPx, outcome.outputHeightPx, pages),
      format ?? '',
      predictedBytes === undefined ? '' : formatBytes(predictedBytes),
      networkColumn(outcome),
    ],
    `${source} → ${visible(dst ?? '')}${because === undefined ? '' : ` (${because})`}`,
  );
}

/** Returns the name of the network, or the file name of its path. */
function networkColumn({ model, passes = [] }: Outcome): string {
  return model === undefined || passes.length === 0 ? '' : visible(path.basename(model));
}

function sizeColumn(widthPx: number | undefined, heightPx: number | undefined, pages: number): string {
  if (widthPx === undefined || heightPx === undefined) return '';
  return `${widthPx}×${heightPx}${pages > 1 ? `×${pages}` : ''}`;
}
