import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import type { StageEvent } from '../../flow/ticket.js';
import { ownMemory, type WorkerMemory } from '../../network/workers/messages.js';
import { openLedger } from './ledger.js';
import type { ProbeReport } from './sample-report.js';

/**
 * Loaded into the profiled process before its program, by `node --import`; nothing else knows of it. Tells the
 * parent what only the process itself can know, and neither keeps the process alive nor ends it.
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

/** One report at a time: while the parent does not read, nothing piles up here. */
function report(): void {
  if (sending || !process.connected) return;
  sending = true;
  const { rss: rssBytes } = process.memoryUsage();
  const told: ProbeReport = {
    ...ledger.occupation(),
    rssBytes,
    main: ownMemory(),
    workers: [...workers.values()],
  };
  process.send?.(told, undefined, undefined, () => (sending = false));
}
