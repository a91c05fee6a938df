/** CommonJS, since it loads in a fifth of the time, and every run waits for it. */
import childProcess = require('node:child_process');
import fs = require('node:fs');
import os = require('node:os');
import path = require('node:path');
import tty = require('node:tty');

/** As `log.ts` has it, which is no CommonJS. */
const WATCH_VARIABLE = 'SRGAN_WATCH';

/** Commands that work off images without end. */
const WATCHED = ['pipe', 'batch', 'jobs work'];
const NO = ['0', 'false', 'no', 'off'];

/** Whether a command is to run under a parent: read off the words alone. */
function isWatched([first = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const command = first === 'jobs' ? `${first} ${args[0] ?? ''}` : first;
  if (!WATCHED.includes(command) || env[WATCH_VARIABLE] !== undefined) return false;
  if (command === 'batch' && (args[0] === 'status' || args[0] === 'list')) return false;
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  if (flags.some((flag) => ['--help', '-h', '--no-supervise'].includes(flag))) return false;
  return flags.includes('--supervise') || !NO.includes(env.SRGAN_SUPERVISE?.toLowerCase() ?? '');
}

/** A command that runs under a parent. */
interface Order {
  /** The script that runs our commands. */
  readonly launcher: string;
  readonly argv: readonly string[];
  /** Of the run, for what must be noted. */
  readonly directory: string;
  /** Standard input may be a list of sources, of which every process needs all. */
  readonly takesList: boolean;
}

/** Undefined where there is no place for what must be noted. */
function orderOf(launcher: string, argv: readonly string[]): Order | undefined {
  try {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'srgan-run-'));
    // a person at a terminal is only told how a list is given
    const takesList = !tty.isatty(0) && argv.some((word) => word === '-' || word === '--files-from=-');
    return { launcher, argv, directory, takesList };
  } catch {
    return undefined;
  }
}

/** How a process ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Started {
  readonly child: childProcess.ChildProcess;
  /** Asked for at once: a process may have ended before anybody looks. */
  readonly ended: Promise<End>;
}

/** In a session of its own, so that a signal of the terminal reaches it once, by its parent, and not twice. */
function start({ launcher, argv, directory, takesList }: Order): Started {
  const child = childProcess.spawn(process.execPath, [...process.execArgv, launcher, ...argv], {
    env: { ...process.env, [WATCH_VARIABLE]: directory },
    stdio: [takesList ? 'pipe' : 'inherit', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const ended = new Promise<End>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, ended };
}

export = { isWatched, orderOf, start };
