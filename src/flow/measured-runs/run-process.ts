import process from 'node:process';
import { ownProcess } from '../../pixels/vips.js';
import { asSrganError } from '../../system/errors.js';
import type { RunAnswer, RunOrder } from './run-order.js';
import { timedRun } from './timed-run.js';

/** A process that runs the one order it is sent, answers and ends. */

ownProcess();
// when the benchmark is gone nobody wants the run; `process.exit` would wait for its workers
const die = () => process.kill(process.pid);
process.once('disconnect', die);
// Ctrl-C reaches every process of a terminal; the benchmark ends its runs itself
process.on('SIGINT', () => undefined);

process.once('message', (order: RunOrder) => {
  answer(order)
    .then((message) => {
      process.off('disconnect', die);
      process.send?.(message, () => process.disconnect());
    })
    .catch(die);
});

async function answer(order: RunOrder): Promise<RunAnswer> {
  try {
    return { kind: 'done', figures: await timedRun(order) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const known = asSrganError(error, 'E_INTERNAL', `A run of the benchmark failed: ${said}`);
    return { kind: 'failed', code: known.code, sentence: known.message, hint: known.hint };
  }
}
