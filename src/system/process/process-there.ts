import { readFileSync } from '../files/fs.js';

/** Whether there is a process of this number on this machine. */
export function isProcessThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * On Linux whether it has ended and waits for its parent to look: proc(5), field 3 of stat. In a container whose
 * first process looks after none, it waits for ever.
 */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name in parentheses, field 2, may hold anything
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
