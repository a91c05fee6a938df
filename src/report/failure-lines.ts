import { inspect } from 'node:util';
import type { Outcome } from '../contract/job.js';
import type { Failure, Summary } from '../flow/summary.js';
import { visible, type Paint } from './terminal-text.js';
import { count, duration } from '../system/measures.js';

/** The first failures one by one, the rest as counts. */
export function failureLines(summary: Summary, errorsLog: string | undefined, paint: Paint): string[] {
  const { failures, counts, stopped } = summary;
  const lines = stopped ? [paint.red(stopped.message)] : [];
  if (counts.failed === 0) return lines;
  const unseen = counts.failed - failures.first.length;
  lines.push(paint.red(`${count(counts.failed, 'failure')}:`));
  lines.push(
    ...failures.first.flatMap((failure, i) => failureOf(failure, failures.first.slice(0, i), paint)),
  );
  if (unseen > 0) {
    const codes = Object.entries(failures.byCode).map(([code, n]) => `${code} ${n}`);
    lines.push(`  and ${unseen} more; in all ${codes.join(', ')}.`);
  }
  if (errorsLog) lines.push(`  All of them are in ${visible(errorsLog)}.`);
  else if (unseen > 0) lines.push('  Use --errors-log FILE to have them all.');
  return lines;
}

/** A hint that was given already is not given again. */
function failureOf(
  { src, code, message, hint }: Failure,
  before: readonly Failure[],
  paint: Paint,
): string[] {
  const line = `  ${paint.red(code)} ${visible(naming(src, message))}`;
  if (hint === undefined || before.some((failure) => failure.hint === hint)) return [line];
  return [line, `    ${paint.dim(visible(hint))}`];
}

export const warningLines = ({ src, warnings }: Outcome, paint: Paint): string[] =>
  warnings.map((warning) => `${paint.yellow('warning')} ${visible(naming(src, warning))}`);

/** The sentence, with the name of its source where it does not have it. */
export const naming = (src: string, sentence: string): string =>
  sentence.includes(src) ? sentence : `${src}: ${sentence}`;

/** What `-v` tells of each source as it ends. */
export function detailLines(outcome: Outcome, paint: Paint): string[] {
  const { src, dst, status, code, message = '', reason, error } = outcome;
  const lines = warningLines(outcome, paint);
  if (status === 'failed' || status === 'cancelled') {
    lines.push(`${paint.red(code ?? status)} ${visible(naming(src, message))}`);
    lines.push(...causes(error).map((cause) => `  ${paint.dim(cause)}`));
  } else {
    const result = reason === undefined ? ` → ${dst ?? ''}${chosen(outcome)}` : `: ${reason}`;
    lines.push(`${paint.green(status)} ${visible(src + result)} ${paint.dim(times(outcome))}`.trimEnd());
  }
  return lines;
}

/** The network, where srgan chose it, and why. */
function chosen({ model, modelBecause: because }: Outcome): string {
  return because === undefined ? '' : ` by ${model ?? ''} (${because})`;
}

/** The chain of causes below an error, each by its message. */
export function causes(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([error]);
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !seen.has(cause)) {
    seen.add(cause);
    lines.push(
      `cause: ${visible(cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause))}`,
    );
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

function times({ ms }: Outcome): string {
  const parts = Object.entries(ms).map(([name, spent]) => `${name} ${duration(spent)}`);
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}
