/** A process that takes an order and dies as its images say. */
import process from 'node:process';
import type { RunOrder } from '../../../src/flow/measured-runs/run-order.js';

process.once('message', ({ images }: RunOrder) => {
  process.stderr.write('last words\n', () => {
    if (images === 1) process.exit(7);
    process.kill(process.pid, 'SIGKILL');
  });
});
