import type { ChildProcess } from 'node:child_process';

/** What a person or a supervisor may mean for the program that this one runs. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const OTHERS = ['SIGWINCH', 'SIGCONT'] as const;

/**
 * Signals to this process go to `child`, and this process lives on to see it end. Ctrl-Z stops both. On
 * Windows, where a signal can only end a process, the console tells both of Ctrl-C itself.
 * @param onInterrupt told of each signal that asks to end
 * @returns ends that
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
          ...ENDING.map((signal) => [signal, end] as const),
          ...OTHERS.map((signal) => [signal, forward] as const),
          ['SIGTSTP', stop],
        ]
      : [['SIGINT', onInterrupt]],
  );
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
