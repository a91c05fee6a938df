import { readFileSync } from './files/fs.js';

/**
 * Largest resident memory of this process so far. Linux hands the figure of `getrusage` down from the program
 * that started this one (getrusage(2)), so /proc/self/status (proc(5), VmHWM) is asked first.
 */
export function peakRssBytes(): number {
  if (process.platform === 'linux') {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
      if (kilobytes !== undefined) return Number(kilobytes) * 1024;
    } catch {
      // no /proc in some sandboxes
    }
  }
  return process.resourceUsage().maxRSS * 1024;
}
