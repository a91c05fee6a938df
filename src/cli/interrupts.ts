import { removeTempFilesNow } from '../temp-files.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
export type InterruptSignal = keyof typeof SIGNALS;

/** What a person wants who presses Ctrl-C: once, finish what is begun; twice, stop now. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly drain: AbortSignal;
  /** 130 or 143 after a signal. */
  readonly exitStatus: number | undefined;
  /** Ends the run early for another reason than a signal. */
  stop(): void;
  dispose(): void;
}

export function openInterrupts(onFirst: (signal: InterruptSignal) => void): Interrupts {
  const draining = new AbortController();
  let first: InterruptSignal | undefined;

  const listen = (signal: InterruptSignal) => {
    if (first) dieBy(signal);
    first = signal;
    onFirst(signal);
    draining.abort();
  };
  const names = Object.keys(SIGNALS) as InterruptSignal[];
  const dispose = () => names.forEach((name) => process.off(name, listen));
  names.forEach((name) => process.on(name, listen));

  return {
    drain: draining.signal,
    get exitStatus() {
      return first && SIGNALS[first];
    },
    stop: () => draining.abort(),
    dispose,
  };

  /** By the signal itself: `process.exit` would wait for worker threads, and abort those inside a network. */
  function dieBy(signal: InterruptSignal) {
    removeTempFilesNow();
    dispose();
    process.kill(process.pid, signal);
  }
}
