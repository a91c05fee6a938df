import { LONGEST_TIMER_MS } from '../limits.js';
import { removeTempFilesNow } from '../files/temp-files.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type InterruptSignal = keyof typeof SIGNALS;

/**
 * What a person wants who presses Ctrl-C: once, finish what is begun; twice, stop now. A terminal that is closed
 * is one request, though the shell and the system both tell of it. SIGQUIT (Ctrl-\) stops at once.
 */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly drain: AbortSignal;
  /** 130, 143 or 129 after a signal. */
  readonly exitStatus: number | undefined;
  /** Ends the run early for another reason than a signal. */
  stop(): void;
  dispose(): void;
}

/** @param limitMs after which what is begun is given up, as by a second signal; otherwise it has all the time it takes */
export function openInterrupts(onFirst: (signal: InterruptSignal) => void, limitMs?: number): Interrupts {
  const draining = new AbortController();
  let first: InterruptSignal | undefined;
  let limit: NodeJS.Timeout | undefined;

  const listen = (signal: InterruptSignal) => {
    if (first && signal === 'SIGHUP') return;
    if (first) dieBy(signal);
    first = signal;
    onFirst(signal);
    draining.abort();
    if (limitMs !== undefined) limit = setTimeout(() => dieBy(signal), Math.min(limitMs, LONGEST_TIMER_MS));
  };
  const quit = () => dieBy('SIGQUIT');
  const names = Object.keys(SIGNALS) as InterruptSignal[];
  const dispose = () => {
    clearTimeout(limit);
    // the second word that a terminal is gone may come as late as that
    const over = names.filter((name) => name !== 'SIGHUP' || first !== 'SIGHUP');
    over.forEach((name) => process.off(name, listen));
    process.off('SIGQUIT', quit);
  };
  names.forEach((name) => process.on(name, listen));
  if (process.platform !== 'win32') process.on('SIGQUIT', quit);

  return {
    drain: draining.signal,
    get exitStatus() {
      return first && SIGNALS[first];
    },
    stop: () => draining.abort(),
    dispose,
  };

  /** By the signal itself: `process.exit` would wait for worker threads, and abort those inside a network. */
  function dieBy(signal: NodeJS.Signals) {
    removeTempFilesNow();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}
