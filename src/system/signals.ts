import { MAX_TIMER_MS } from './measures.js';
import { removeTempFilesNow } from './files/temp-files.js';
import type { ChildProcess } from 'node:child_process';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type InterruptSignal = keyof typeof SIGNALS;

/**
 * Handles Ctrl-C: the first one finishes the images in progress, the second one stops now. SIGQUIT (Ctrl-\) stops
 * at once. Closing a terminal counts as one request, although the shell and the system both send SIGHUP.
 */
export interface Interrupts {
  /** Aborts at the first signal. */
  readonly drain: AbortSignal;
  /** 130, 143 or 129 after a signal. */
  readonly exitStatus: number | undefined;
  /** Ends the run early for a reason other than a signal. */
  stop(): void;
  dispose(): void;
}

/** @param limitMs the time to finish the images in progress, then stop as at a second signal; unlimited by default */
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
    if (limitMs !== undefined) limit = setTimeout(() => dieBy(signal), Math.min(limitMs, MAX_TIMER_MS));
  };
  const quit = () => dieBy('SIGQUIT');
  const names = Object.keys(SIGNALS) as InterruptSignal[];
  const dispose = () => {
    clearTimeout(limit);
    // the second SIGHUP of a closed terminal may arrive late
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

  /** Dies by the signal itself: `process.exit` would wait for worker threads, and abort those inside a network. */
  function dieBy(signal: NodeJS.Signals) {
    removeTempFilesNow();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}

/** Signals that a user or a supervisor sends to end a program. */
const TERMINATION_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const FORWARDED_SIGNALS = ['SIGWINCH', 'SIGCONT'] as const;

/**
 * Forwards signals to `child`; this process lives on to see it end. Ctrl-Z stops both. On Windows, where a signal
 * can only kill, the console itself sends Ctrl-C to both.
 * @param onInterrupt called for each termination signal
 * @returns a function that stops forwarding
 */
export function forwardSignals(
  child: ChildProcess,
  onInterrupt: (signal: NodeJS.Signals) => void,
): () => void {
  const posix = process.platform !== 'win32';
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const end = (signal: NodeJS.Signals) => {
    onInterrupt(signal);
    forward(signal);
  };
  const stop = () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  };
  const listeners = new Map<NodeJS.Signals, NodeJS.SignalsListener>(
    posix
      ? [
          ...TERMINATION_SIGNALS.map((signal) => [signal, end] as const),
          ...FORWARDED_SIGNALS.map((signal) => [signal, forward] as const),
          ['SIGTSTP', stop],
        ]
      : [['SIGINT', onInterrupt]],
  );
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
