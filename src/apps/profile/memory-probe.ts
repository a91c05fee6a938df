import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import type { StageEvent } from '../../flow/ticket.js';
import { ownMemory, type WorkerMemory } from '../../network/workers/messages.js';
import { openLedger, type ProbeReport } from './ledger.js';

/**
 * Preloaded into the profiled process with `node --import`. Reports to the parent what only the process itself can
 * measure, and does not keep the process alive.
 */

const intervalMs = Number(new URL(import.meta.url).searchParams.get('interval'));
const ledger = openLedger();
const workers = new Map<number, WorkerMemory>();
let sending = false;

if (process.send) {
  subscribe('srgan:stage', (event) => ledger.note(event as StageEvent));
  subscribe('srgan:worker-memory', (memory) => {
    const worker = memory as WorkerMemory;
    workers.set(worker.thread, worker);
  });
  const timer = setInterval(report, intervalMs);
  timer.unref();
  process.once('beforeExit', () => {
    sending = false;
    report();
  });
}

/** Sends one report at a time, so that reports do not queue up while the parent is not reading. */
function report(): void {
  if (sending || !process.connected) return;
  sending = true;
  const { rss: rssBytes } = process.memoryUsage();
  const message: ProbeReport = {
    ...ledger.occupation(),
    rssBytes,
    main: ownMemory(),
    workers: [...workers.values()],
  };
  process.send?.(message, undefined, undefined, () => (sending = false));
}
