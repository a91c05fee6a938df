import { hostname } from 'node:os';
import { readFile } from '../../system/files/fs.js';
import { isProcessAlive } from '../../system/process-identity.js';
import type { Session } from './journal-lines.js';

/** This process as a journal knows it. */
export async function thisProcess(): Promise<Pick<Session, 'pid' | 'birth' | 'host'>> {
  return { pid: process.pid, birth: await birthOf(process.pid), host: hostname() };
}

/** Whether the process that wrote a session is still there; undefined where it ran on another machine. */
export async function isAlive({ pid, birth, host }: Pick<Session, 'pid' | 'birth' | 'host'>) {
  if (host !== hostname()) return undefined;
  if (!isProcessAlive(pid)) return false;
  const now = birth === undefined ? undefined : await birthOf(pid);
  return now === undefined || now === birth;
}

/** On Linux when the process began, in ticks since the boot that is named with it: proc(5), field 22 of stat. */
async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1');
    // the name in parentheses, field 2, may hold anything
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot.trim()}/${ticks}`;
  } catch {
    return undefined;
  }
}
