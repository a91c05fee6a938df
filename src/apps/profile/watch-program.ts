import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { SrganError } from '../../system/errors.js';
import { figuresOf, type Figures } from './memory-figures.js';
import type { ProbeReport } from './sample-report.js';
import { openSampler, type Sample } from './sampler.js';

/** A program that Node runs, and how closely it is looked at. */
export interface Watched {
  /** The script and its arguments. */
  readonly program: readonly string[];
  /** Standard input, output and error: of this process, or nothing. */
  readonly stdio: readonly ('inherit' | 'ignore' | number)[];
  readonly intervalMs: number;
  /** Told of the process as soon as it runs; what it returns is called when it has ended. */
  readonly onStart: (child: ChildProcess) => () => void;
}

export interface Profile {
  readonly startedAt: Date;
  readonly samples: readonly Sample[];
  readonly figures: Figures;
  /** As a shell reports it: 128 and the number of the signal where one ended it. */
  readonly exitStatus: number;
}

/**
 * Runs a program under the probe and samples its memory until it ends. It has a session of its own, so that a
 * signal of the terminal reaches it once, by whoever forwards it, and not twice.
 * @throws SrganError E_INTERNAL where it can't be started
 */
export async function watchProgram({ program, stdio, intervalMs, onStart }: Watched): Promise<Profile> {
  const probe = new URL('./memory-probe.js', import.meta.url);
  probe.searchParams.set('interval', String(intervalMs));
  const startedAt = new Date();
  const child = spawn(process.execPath, [`--import=${probe.href}`, ...program], {
    stdio: [...stdio, 'ipc'] satisfies StdioOptions,
    // one process does all the work, and no other is to be measured
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

/** What the process told last may come after its end. */
async function endOf(child: ChildProcess): Promise<number> {
  const exit = once(child, 'exit') as Promise<[number, null] | [null, NodeJS.Signals]>;
  const [[code, signal]] = await Promise.all([exit, once(child, 'disconnect')]);
  return code ?? 128 + constants.signals[signal];
}
