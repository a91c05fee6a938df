import { spawnSync } from 'node:child_process';
import test, { type ImplementationFn } from 'ava';

/** Whether a process may mount file systems of its own, by `unshare -rm`. */
export const ownMounts =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt']).status === 0;

type Run = (title: string, implementation: ImplementationFn<[]>) => void;

/**
 * A test that needs something of its machine.
 * @param reason printed behind the title where it is skipped
 * @param run how it is run where it is not
 */
export function testWhere(holds: boolean, reason: string, run: Run = test) {
  return (title: string, implementation: ImplementationFn<[]>): void => {
    if (holds) run(title, implementation);
    else test.skip(`${title} (skipped: ${reason})`, implementation);
  };
}

export const onPosix = testWhere(process.platform !== 'win32', 'Windows has no POSIX signals');
export const onLinux = testWhere(process.platform === 'linux', 'it needs /proc or /dev/full of Linux');
