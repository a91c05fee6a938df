import process from 'node:process';
import { readFileSync, readlinkSync } from '../system/files/fs.js';
import { fromDisk, NAMES_ARE_BYTES } from '../system/files/file-names.js';

/**
 * Returns the arguments with their original bytes, which Linux has in /proc; unchanged elsewhere. In a process started
 * by srgan itself they are taken from the parent, which has the same arguments.
 */
export function restoreArguments(argv: string[]): string[] {
  if (!NAMES_ARE_BYTES) return argv;
  for (const teller of ['self', String(process.ppid)]) {
    // the options of Node and the script come first
    const words = commandLineOf(teller).slice(-argv.length);
    const isTheSame = words.length === argv.length && words.every((word, at) => String(word) === argv[at]);
    const restored = words.map(fromDisk);
    if (isTheSame && restored.some((word) => !word.isWellFormed())) return restored;
  }
  return argv;
}

/** Makes `process.cwd()`, and with it `path.resolve()`, return the exact bytes of the working directory. */
export function restoreWorkingDirectory(): void {
  if (!NAMES_ARE_BYTES) return;
  const directory = readlinkSync('/proc/self/cwd');
  if (!directory.isWellFormed()) process.cwd = () => directory;
}

function commandLineOf(pid: string): Buffer[] {
  const words: Buffer[] = [];
  const bytes = read(`/proc/${pid}/cmdline`);
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    words.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return words;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
