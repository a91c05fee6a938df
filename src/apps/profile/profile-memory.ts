import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { SrganError } from '../../system/errors.js';
import { mkdir } from '../../system/files/fs.js';
import { cgroupPeakBytes } from '../../system/machine.js';
import { prepareSequential } from './sequential.js';
import { watchProgram } from './watch-program.js';
import { reportJson, reportText, type MemoryReport } from './profile-lines.js';
import { saveMemoryReport } from './profile-page.js';
import { visible } from '../../report/terminal-text.js';
import { writeFailure } from '../../system/files/write-files.js';
import { forwardSignals } from '../../system/signals.js';
import { print } from '../../command-line/output.js';
import { optionsOfCommand } from '../../command-line/flags/repeatable.js';

export interface ProfileMemoryFlags {
  readonly interval?: number;
  readonly 'out-dir'?: string;
  readonly compare?: boolean;
  readonly json?: boolean;
}

const INTERVAL_MS = { default: 100, min: 10, max: 60_000 };

/**
 * Runs another srgan command, samples its memory and writes the reports, however the command ends.
 * @param launcher path of the script that runs srgan commands
 * @returns the exit status of the command
 * @throws SrganError
 */
export async function profileMemory(
  launcher: string,
  command: readonly string[],
  flags: ProfileMemoryFlags,
): Promise<number> {
  const intervalMs = flags.interval ?? INTERVAL_MS.default;
  check(command, intervalMs);
  const again = flags.compare ? await prepareSequential(await optionsOfCommand(command)) : undefined;
  try {
    const directory = flags['out-dir'] ?? `srgan-memory-${timestamp(new Date())}`;
    await makeDirectory(directory);
    const interrupted = new AbortController();
    const onStart = (child: ChildProcess) => forwardSignals(child, () => interrupted.abort());

    const profile = await watchProgram({
      program: [launcher, ...command],
      // stdout belongs to the command, except with --json, where it holds one JSON document
      stdio: ['inherit', flags.json ? 2 : 'inherit', 'inherit'],
      intervalMs,
      onStart,
    });
    const sequential = interrupted.signal.aborted ? undefined : await again?.profile({ intervalMs, onStart });
    const report: MemoryReport = {
      command: command.map(quoted).join(' '),
      intervalMs,
      profile,
      sequential,
      groupPeakBytes: await cgroupPeakBytes(),
      notes:
        again && !sequential ? ['The run was interrupted, so it was not repeated with --sequential.'] : [],
    };
    const files = await saveMemoryReport(directory, report);
    process.stderr.write(`${reportText(report)}Written: ${files.map(visible).join(', ')}\n`);
    if (flags.json) await print(reportJson(report));
    // the exit status of the command, unless a signal arrived during the sequential run
    return interrupted.signal.aborted && sequential ? sequential.exitStatus : profile.exitStatus;
  } finally {
    await again?.remove();
  }
}

function check(command: readonly string[], intervalMs: number): void {
  if (command.length === 0) {
    throw new SrganError('E_USAGE', 'There is no command to profile.', {
      hint: 'Such as: srgan profile-memory pipe photos out --threads 4',
    });
  }
  const { min, max } = INTERVAL_MS;
  if (intervalMs < min || intervalMs > max)
    throw new SrganError('E_USAGE', `--interval takes ${min} to ${max} ms, not ${intervalMs}.`);
}

/** Creates the directory before the run, so that hours of samples are not lost if it cannot be written. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw writeFailure(join(directory, 'report.txt'), cause);
  }
}

/** Formats a date in UTC as `20260131-235959`. */
const timestamp = (date: Date) => date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
