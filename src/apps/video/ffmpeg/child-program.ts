import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import process from 'node:process';
import { SrganError, systemCode, type ErrorCode } from '../../../system/errors.js';

/** ffmpeg or ffprobe at work. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves when it has ended and all of its streams are closed. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to standard error. */
  readonly said: readonly string[];
}

const KEPT_LINES = 20;

/**
 * Never a shell, and never an answer from the terminal. It ends with the signal.
 * @throws SrganError E_ENGINE by `ended`, where the program is not installed
 */
export function startProgram(
  name: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  stdio: StdioOptions,
  signal: AbortSignal,
): Program {
  // Ctrl-C is for srgan alone, which ends its children when it is ready to
  const detached = process.platform !== 'win32';
  const child = spawn(name, ['-hide_banner', ...args], { stdio, detached, windowsHide: true });
  const said: string[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    said.push(...lines.filter((line) => line.trim() !== ''));
    said.splice(0, said.length - KEPT_LINES);
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', (cause) => reject(systemCode(cause) === 'ENOENT' ? notInstalled(cause) : cause));
    child.once('close', (status, died) =>
      resolve({ status, signal: died, said: [...said, rest].filter(Boolean) }),
    );
  }).finally(() => signal.removeEventListener('abort', kill));
  ended.catch(() => undefined);
  return { child, ended };
}

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output
 * @throws SrganError `code` with `sentence` and what the program said, where it failed
 */
export async function runProgram(
  name: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  signal: AbortSignal,
  failure: { readonly code: ErrorCode; readonly sentence: string; readonly hint?: string },
): Promise<string> {
  const { child, ended } = startProgram(name, args, ['ignore', 'pipe', 'pipe'], signal);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const end = await ended;
  if (signal.aborted) throw cancelled(signal);
  if (end.status !== 0) throw programFailure(failure.code, failure.sentence, end, failure.hint);
  return text;
}

/** @param sentence without its full stop, which what the program said comes before */
export function programFailure(code: ErrorCode, sentence: string, end: Ended, hint?: string): SrganError {
  const cause = new Error(end.said.join('\n') || howItEnded(end));
  return new SrganError(code, `${sentence}: ${reasonOf(end)}.`, { cause, hint });
}

export function cancelled({ reason }: AbortSignal): SrganError {
  return new SrganError('E_CANCELLED', 'The film was interrupted.', { cause: reason });
}

/** The line that says most: what comes after the first follows from it. */
export function reasonOf(end: Ended): string {
  const lines = end.said.map(plainLine).filter((line) => !/^Conversion failed!$/.test(line));
  const line = lines.find((text) => /no space left/i.test(text)) ?? lines[0] ?? howItEnded(end);
  return line.replace(/[.\s]+$/, '');
}

export const plainLine = (line: string): string => line.replace(/^\[[^\]]* @ 0x[0-9a-f]+\]\s*/, '').trim();

function howItEnded({ status, signal }: Ended): string {
  return signal ? `ffmpeg was ended by ${signal}` : `ffmpeg ended with status ${status ?? 'unknown'}`;
}

function notInstalled(cause: Error): SrganError {
  const how: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'brew install ffmpeg',
    win32: 'winget install ffmpeg',
  };
  return new SrganError('E_ENGINE', 'Video needs ffmpeg and ffprobe, which are not installed.', {
    cause,
    hint: `Install them, such as with: ${how[process.platform] ?? 'apt install ffmpeg'}`,
  });
}
