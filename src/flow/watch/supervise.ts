import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isatty } from 'node:tty';
import { forwardSignals } from '../../system/signals.js';
import { appendFileSync, rmSync } from '../../system/files/fs.js';
import { openFeed, type Feed } from './feed.js';
import { LIST, LOG, readLog, textOf } from './log.js';
import starting from './start.cjs';

type Order = NonNullable<ReturnType<typeof starting.orderOf>>;

type Started = ReturnType<typeof starting.start>;
type End = Awaited<Started['ended']>;

/** Signals that people and supervisors send; a process that ends by another one has crashed. */
const ASKED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE', 'SIGALRM', 'SIGUSR1', 'SIGUSR2'];

/** Exit codes of crashes on Windows: access violation, stack overrun, heap corruption, abort(). */
const CRASH_CODES: ReadonlyMap<number, string> = new Map([
  [0xc0000005, 'an access violation'],
  [0xc0000409, 'a fatal error'],
  [0xc0000374, 'heap corruption'],
  [134, 'an abort'],
]);

/** Crashes in a row without a source having been started, after which the run is given up. */
const MAX_IDLE_CRASHES = 2;

/**
 * Waits for the process that runs a command, and starts another one that continues when it crashes. Ends this process
 * in the same way as the last of them.
 * @param first the process that has been started
 */
export async function supervise(order: Order, first: Started): Promise<void> {
  const takeAway = () => rmSync(order.directory, { recursive: true, force: true });
  // the work continues even if messages can no longer be shown
  process.stderr.on('error', () => undefined);
  process.once('exit', takeAway);
  const log = join(order.directory, LOG);
  const feed = order.takesList ? openFeed(process.stdin, join(order.directory, LIST)) : undefined;
  let asked: NodeJS.Signals | undefined;
  let idleCrashes = 0;

  for (let started = first; ; started = starting.start(order)) {
    const end = await endOf(started, feed, (signal) => (asked ??= signal)).catch((error: unknown) =>
      giveUp(`No process could be started: ${String(error)}.`, 1),
    );
    const cause = crashOf(end);
    if (cause === undefined) {
      finish(end, takeAway);
      return;
    }
    const { opened, moved, exitStatus } = readLog(log);
    if (exitStatus !== undefined) process.exit(exitStatus);
    idleCrashes = moved ? 0 : idleCrashes + 1;
    const status = asked === undefined ? 1 : 128 + constants.signals[asked];
    const what = `The process died of ${cause}`;
    if (asked !== undefined) giveUp(`${what} while it was stopping.`, status);
    if (!opened) giveUp(`${what} before it came to the first image.`, status);
    if (idleCrashes >= MAX_IDLE_CRASHES)
      giveUp(`${what}, again and again, without an image to blame for it.`, status);
    say(`${what}: another one goes on with what is left.`);
    // what was cut off ends here
    appendFileSync(log, `\n${textOf({ kind: 'crash', cause })}`);
  }
}

async function endOf(
  { child, ended }: Started,
  feed: Feed | undefined,
  onAsked: (signal: NodeJS.Signals) => void,
): Promise<End> {
  const release = forwardSignals(child, onAsked);
  if (child.stdin) feed?.into(child.stdin);
  try {
    return await ended;
  } finally {
    release();
  }
}

function crashOf({ code, signal }: End): string | undefined {
  if (signal !== null) return ASKED.includes(signal) ? undefined : signal;
  return process.platform === 'win32' ? CRASH_CODES.get(code ?? 0) : undefined;
}

/** Ends with the same signal, so that the caller sees it. */
function finish({ code, signal }: End, takeAway: () => void): void {
  if (signal === null) process.exit(code ?? 1);
  takeAway();
  process.kill(process.pid, signal);
}

function giveUp(sentence: string, status: number): never {
  say(sentence);
  process.exit(status);
}

const ERASE_LINE = '\r\u001b[K';
const SHOW_CURSOR = '\u001b[?25h';

/** The crashed process may have left its progress bar on the terminal. */
function say(sentence: string): void {
  process.stderr.write(`${isatty(2) ? ERASE_LINE + SHOW_CURSOR : ''}srgan: ${sentence}\n`);
}
