import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Stands in for the data directory of the user, whose networks are none of the tests'. */
const NOTHING_KEPT = fileURLToPath(new URL('../nothing-is-kept', import.meta.url));

export const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

export interface Ran {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given at once and then ended; otherwise standard input is empty. */
  readonly stdin?: string | Uint8Array;
  readonly uid?: number;
}

/** A running `srgan`. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when what it has said so far matches; rejects when it ends without. */
  saysOnStdout(pattern: RegExp): Promise<void>;
  saysOnStderr(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Runs the real launcher in a process of its own, without a terminal, until it ends. */
export function srgan(args: readonly string[], options: CliOptions = {}): Promise<Ran> {
  const { child, ended } = startSrgan(args, options);
  child.stdin?.end(options.stdin ?? '');
  return ended;
}

/** Standard input stays open. */
export function startSrgan(args: readonly string[], options: CliOptions = {}): Running {
  return watch(
    spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd,
      uid: options.uid,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: 'pipe',
    }),
  );
}

/** Runs `command` where `$SRGAN` stands for the launcher. */
export function shell(command: string, options: CliOptions = {}): Promise<Ran> {
  const env = { ...cleanEnvironment(), SRGAN: `'${process.execPath}' '${bin}'`, ...options.env };
  const { child, ended } = watch(
    spawn('bash', ['-c', command.replaceAll('$SRGAN', env.SRGAN)], { cwd: options.cwd, env, stdio: 'pipe' }),
  );
  child.stdin?.end(options.stdin ?? '');
  return ended;
}

function watch(child: ChildProcess): Running {
  const text = { stdout: '', stderr: '' };
  let settled = false;
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((listener) => listener());
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
      changed();
    });
  }
  // a program that ends before it has read everything is no failure here
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      settled = true;
      changed();
      resolve({ exitCode, signal, ...text });
    });
  });
  const says = (name: 'stdout' | 'stderr') => (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(text[name]) && !settled) return;
        listeners.delete(look);
        if (pattern.test(text[name])) resolve();
        else reject(new Error(`ended without saying ${pattern} on ${name}: ${text.stdout}\n${text.stderr}`));
      };
      listeners.add(look);
      look();
    });
  return { child, ended, saysOnStdout: says('stdout'), saysOnStderr: says('stderr') };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^(SRGAN_|NODE_OPTIONS$|NO_COLOR$)/.test(name),
  );
  return { ...Object.fromEntries(ours), NODE_ENV: 'production', SRGAN_HOME: NOTHING_KEPT };
}
