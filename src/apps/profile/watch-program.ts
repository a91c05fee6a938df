import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { SrganError } from '../../system/errors.js';
import { figuresOf, type Figures } from './memory-figures.js';
import type { ProbeReport } from './ledger.js';
import { openSampler, type Sample } from './sampler.js';

/** A Node program to profile, and how. */
export interface Watched {
  /** The script and its arguments. */
  readonly program: readonly string[];
  /** Standard input, output and error of the program. */
  readonly stdio: readonly ('inherit' | 'ignore' | number)[];
  readonly intervalMs: number;
  /** Called when the process has started; the function it returns is called when the process has ended. */
  readonly onStart: (child: ChildProcess) => () => void;
}

export interface Profile {
  readonly startedAt: Date;
  readonly samples: readonly Sample[];
  readonly figures: Figures;
  /** As a shell reports it: 128 plus the signal number if a signal ended the process. */
  readonly exitStatus: number;
}

/**
 * Runs a program with the probe and samples its memory until it exits. It gets its own session, so that a terminal
 * signal reaches it once, forwarded by this process, and not twice.
 * @throws SrganError E_INTERNAL if the program cannot be started
 */
export async function watchProgram({ program, stdio, intervalMs, onStart }: Watched): Promise<Profile> {
  const probe = new URL('./memory-probe.js', import.meta.url);
  probe.searchParams.set('interval', String(intervalMs));
  const startedAt = new Date();
  const child = spawn(process.execPath, [`--import=${probe.href}`, ...program], {
    stdio: [...stdio, 'ipc'] satisfies StdioOptions,
    // no supervisor process: only the process that does the work is measured
    env: { ...process.env, SRGAN_SUPERVISE: 'no' },
    detached: process.platform !== 'win32',
  });
  if (child.pid === undefined) {
    const [cause] = (await once(child, 'error')) as [Error];
    throw new SrganError('E_INTERNAL', 'The command could not be started.', { cause });
  }
  const ended = endOf(child);
  const sampler = openSampler(child.pid);
  child.on('message', (report) => sampler.note(report as ProbeReport));
  const timer = setInterval(() => sampler.sample(), intervalMs);
  const onEnd = onStart(child);
  sampler.sample();
  const exitStatus = await ended;
  clearInterval(timer);
  onEnd();
  return { startedAt, samples: sampler.samples, figures: figuresOf(sampler), exitStatus };
}

/** Waits for exit and for the IPC channel to close, since the last report may arrive after the exit. */
async function endOf(child: ChildProcess): Promise<number> {
  const exit = once(child, 'exit') as Promise<[number, null] | [null, NodeJS.Signals]>;
  const [[code, signal]] = await Promise.all([exit, once(child, 'disconnect')]);
  return code ?? 128 + constants.signals[signal];
}
