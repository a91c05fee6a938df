import { fork } from 'node:child_process';
import { SrganError } from '../../system/errors.js';
import { count } from '../../system/measures.js';
import type { RunAnswer, RunFigures, RunOrder } from './run-order.js';

const PROCESS = new URL('./run-process.js', import.meta.url);

/** Runs an order; ends it early where the signal aborts, and then rejects. */
export type RunOne = (order: RunOrder, signal: AbortSignal) => Promise<RunFigures>;

/**
 * Runs an order in a process of its own, so that its peak memory is its own. When the promise has settled the
 * process has ended.
 * @throws SrganError what the run failed with, E_WORKER_LOST where the process died; the signal's reason
 */
export const runInProcess: RunOne = (order, signal) => runIn(PROCESS, order, signal);

/** @param url the module that the process runs */
export function runIn(url: URL, order: RunOrder, signal: AbortSignal): Promise<RunFigures> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // flags of this process, such as --inspect-brk, are not for the run
    const child = fork(url, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let answer: RunAnswer | undefined;
    let said = '';
    const stop = () => void child.kill();
    signal.addEventListener('abort', stop, { once: true });

    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    child.once('message', (message) => (answer = message as RunAnswer));
    // of one that ends before it has its order, 'close' tells
    child.once('spawn', () => child.send(order, () => undefined));
    child.once('error', reject);
    child.once('close', (status, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (answer?.kind === 'done') resolve(answer.figures);
      else if (signal.aborted) reject(signal.reason as Error);
      else if (answer) reject(new SrganError(answer.code, answer.sentence, { hint: answer.hint }));
      else reject(lost(order, status, killedBy, said));
    });
  });
}

function lost({ images, workers }: RunOrder, status: number | null, killedBy: string | null, said: string) {
  const run = `The run of ${count(images, 'image')} with ${count(workers.threads ?? 1, 'thread')}`;
  const cause = said === '' ? undefined : new Error(said.trim());
  if (killedBy !== 'SIGKILL') {
    return new SrganError('E_WORKER_LOST', `${run} died by ${killedBy ?? `exit status ${status}`}.`, {
      cause,
    });
  }
  return new SrganError('E_WORKER_LOST', `${run} was killed, as a system does that is out of memory.`, {
    cause,
    hint: 'Take fewer threads or smaller images.',
  });
}
