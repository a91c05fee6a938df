/** CommonJS, since it loads in a fifth of the time and every run waits for it. */
import childProcess = require('node:child_process');
import fs = require('node:fs');
import os = require('node:os');
import path = require('node:path');
import tty = require('node:tty');

/** The same as in `log.ts`, which is not CommonJS. */
const WATCH_VARIABLE = 'SRGAN_WATCH';
const LIST = 'list';

/** Commands that process many images. */
const WATCHED = ['pipe', 'batch', 'jobs work'];
const NO = ['0', 'false', 'no', 'off'];

/** Whether a command runs under a parent, decided from its arguments before they are parsed. */
function isWatched([first = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const command = first === 'jobs' ? `${first} ${args[0] ?? ''}` : first;
  if (!WATCHED.includes(command) || env[WATCH_VARIABLE] !== undefined) return false;
  if (command === 'batch' && (args[0] === 'status' || args[0] === 'list')) return false;
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  if (flags.some((flag) => ['--help', '-h', '--no-supervise'].includes(flag))) return false;
  return flags.includes('--supervise') || !NO.includes(env.SRGAN_SUPERVISE?.toLowerCase() ?? '');
}

/** A command to run under a parent. */
interface Order {
  /** The script that runs srgan's commands. */
  readonly launcher: string;
  readonly argv: readonly string[];
  /** Directory of the run's log. */
  readonly directory: string;
  /** Standard input may be a list of sources, which every process needs from the beginning. */
  readonly takesList: boolean;
}

/** Undefined where no directory can be created for the log. */
function orderOf(launcher: string, argv: readonly string[]): Order | undefined {
  try {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'srgan-run-'));
    // at a terminal only the help is shown
    const takesList = !tty.isatty(0) && argv.some((word) => word === '-' || word === '--files-from=-');
    // before the process starts, which looks for it to know whether its list is kept
    if (takesList) fs.writeFileSync(path.join(directory, LIST), '', { mode: 0o600 });
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
  /** Listened for at once, since the process may end early. */
  readonly ended: Promise<End>;
}

/** Starts the process in its own session, so that a terminal's signal reaches it only once, through its parent. */
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
