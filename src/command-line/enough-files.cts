/** CommonJS, since it is asked before any ES module loads: Node opens those of a program many at a time. */
import fs = require('node:fs');

/** With fewer the modules of the program can't be loaded; most of what a run opens later is counted beside them. */
const FEWEST_OPEN_FILES = 96;

/** Why the program can't start, or undefined: also where the system does not say how many files may be open. */
function tooFewFiles(): string | undefined {
  let limits: string;
  try {
    limits = fs.readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return undefined;
  }
  // Node raises the soft limit to the hard one when it starts
  const limit = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (limit === undefined || Number(limit) >= FEWEST_OPEN_FILES) return undefined;
  return `Only ${limit} files may be open at a time, but srgan needs ${FEWEST_OPEN_FILES}.\n  Raise the limit: ulimit -n 1024.`;
}

export = { tooFewFiles };
