import { recordOf } from '../flow/outcome.js';
import type { SrganError } from '../system/errors.js';
import type { Outcome } from '../contract/job.js';
import { planHeading, planRow } from './plan-table.js';
import type { Summary } from '../flow/summary.js';

/** What a run gives to the program that reads its standard output. */
export interface Results {
  outcome(outcome: Outcome): Promise<void>;
  end(summary: Summary): Promise<void>;
  /** The run as a whole failed. */
  fail(error: SrganError): Promise<void>;
}

export type ResultsKind = 'paths' | 'paths-nul' | 'json' | 'ndjson' | 'plan';

/** Takes text to where it is read; waits while the reader is slow. */
export type Send = (text: string) => Promise<void>;

/** @param told outcomes that a process of the same run told before it died */
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

/** A result that is there now; a source without one gives no line. */
function pathOf({ status, dst }: Outcome, end: string): string {
  return dst !== undefined && (status === 'done' || status === 'copied') ? dst + end : '';
}

/** One document, written piece by piece, so that its size costs no memory. */
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
