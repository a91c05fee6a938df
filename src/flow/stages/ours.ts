import type { Source } from '../../contract/job.js';
import type { Journal } from '../journal/journal.js';

/** Whether what lies there is, or may be, the result of an earlier try of ours, which is replaced whatever is asked. */
export function isOurs(
  output: string,
  { crashed, again }: Source,
  journal: Pick<Journal, 'wrote'> | undefined,
): boolean {
  return crashed?.dst === output || again?.dst === output || journal?.wrote(output) === true;
}
