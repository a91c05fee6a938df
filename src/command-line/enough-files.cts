/** CommonJS, since it runs before any ES module is loaded: Node opens many of them at a time. */
import fs = require('node:fs');

/** With fewer open files the program's modules cannot be loaded; most files of a run are counted separately. */
const FEWEST_OPEN_FILES = 96;

/** Returns why the program cannot start, or undefined, also where the system does not state its limit. */
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
