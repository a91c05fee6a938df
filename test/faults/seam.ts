import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { tmpdir } from 'node:os';
import sharp from 'sharp';

/** What happens to the call that is to fail. */
export interface Fault {
  readonly title: string;
  /** A code such as EIO; undefined: the call says that it went well. */
  readonly code?: string;
  /** How much of the call is carried out before it fails: a write that is cut off leaves the first half. */
  readonly done: 'nothing' | 'half' | 'all';
}

export const DISK_FAULTS: readonly Fault[] = [
  ...['EIO', 'ENOSPC', 'EACCES', 'EMFILE'].map((code): Fault => ({ title: code, code, done: 'nothing' })),
  { title: 'a short write, then ENOSPC', code: 'ENOSPC', done: 'half' },
  { title: 'a short write that goes unnoticed', done: 'half' },
  { title: 'EIO although it was done', code: 'EIO', done: 'all' },
];

export const DECODER_FAULT: Fault = { title: 'the decoder fails', code: 'decoder', done: 'nothing' };

/** Counts the calls that cross a seam between srgan and the world, and lets one of them fail. */
export interface Seam {
  /** @param call counted from 1; 0 for none */
  arm(call: number, fault: Fault): void;
  /** @returns calls since `arm`, and the name of the one that failed */
  disarm(): { readonly calls: number; readonly failed: string | undefined };
  close(): void;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Holder = Record<string, AnyFunction>;

const ASYNC_CALLS = [
  'access',
  'copyFile',
  'link',
  'lstat',
  'mkdir',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'realpath',
  'rename',
  'rm',
  'stat',
  'writeFile',
];
const SYNC_CALLS = ['closeSync', 'fstatSync', 'openSync', 'readSync', 'rmSync', 'writeSync'];
const HANDLE_CALLS = ['appendFile', 'close', 'read', 'stat', 'sync', 'truncate', 'write', 'writeFile'];
const WRITES = new Set(['appendFile', 'write', 'writeFile', 'writeSync']);

/** Calls of the file system with what lies below `directory`, by whatever module of Node they are made. */
export async function openDiskSeam(directory: string): Promise<Seam> {
  const counter = openCounter();
  const open = new Map<number, true>();
  const handles = new WeakSet<object>();
  const isBelow = (file: unknown) =>
    typeof file === 'string' && !path.relative(directory, path.resolve(file)).startsWith('..');
  const patches: { holder: Holder; name: string; original: AnyFunction }[] = [];
  const patch = (holder: object, name: string, wrap: (original: AnyFunction) => AnyFunction) => {
    const original = (holder as Holder)[name]!;
    patches.push({ holder: holder as Holder, name, original });
    (holder as Holder)[name] = wrap(original);
  };

  for (const name of ASYNC_CALLS) {
    patch(fs.promises, name, (original) => async (...args) => {
      // the second path is the one that is made
      if (!isBelow(args[0]) && !isBelow(args[1])) return original(...args);
      const made = await counter.call(name, args, (given) => original(...given));
      if (name === 'open') handles.add(made as object);
      return made;
    });
  }
  for (const name of SYNC_CALLS) {
    patch(fs, name, (original) => (...args) => {
      const ours = typeof args[0] === 'number' ? open.has(args[0]) : isBelow(args[0]);
      if (!ours) return original(...args);
      const made = counter.callSync(name, args, (given) => original(...given));
      if (name === 'openSync') open.set(made as number, true);
      if (name === 'closeSync') open.delete(args[0] as number);
      return made;
    });
  }
  // what read streams are made of
  for (const name of ['open', 'read', 'close']) {
    patch(fs, name, (original) => (...args) => {
      const ours = typeof args[0] === 'number' ? open.has(args[0]) : isBelow(args[0]);
      const error = ours ? counter.next(`stream ${name}`)?.error : undefined;
      const back = args.at(-1) as (error: unknown, made?: unknown) => void;
      if (name === 'close') open.delete(args[0] as number);
      if (error && name !== 'close') {
        process.nextTick(back, error);
        return undefined;
      }
      return original(...args.slice(0, -1), (failure: unknown, ...made: unknown[]) => {
        if (ours && name === 'open' && failure === null) open.set(made[0] as number, true);
        back(error ?? failure, ...(made as [unknown]));
      });
    });
  }
  const handle = await fs.promises.open(tmpdir(), 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of HANDLE_CALLS) {
    patch(
      prototype,
      name,
      (original) =>
        async function (this: unknown, ...args) {
          if (!handles.has(this as object)) return original.apply(this, args);
          return counter.call(name, args, (given) => original.apply(this, given));
        },
    );
  }
  syncBuiltinESMExports();

  return {
    ...counter.seam,
    close() {
      for (const { holder, name, original } of patches) holder[name] = original;
      syncBuiltinESMExports();
    },
  };
}

/** Calls by which sharp computes anything, in this thread. */
export function openDecoderSeam(): Seam {
  const counter = openCounter();
  const prototype = sharp.prototype as unknown as Holder;
  const names = ['metadata', 'toBuffer', 'toFile'];
  const originals = names.map((name) => prototype[name]!);
  names.forEach((name, i) => {
    const original = originals[i]!;
    prototype[name] = async function (this: unknown, ...args) {
      return counter.call(name, args, (given) => original.apply(this, given));
    };
  });
  return {
    ...counter.seam,
    close: () => names.forEach((name, i) => (prototype[name] = originals[i]!)),
  };
}

function openCounter() {
  let calls = 0;
  let armed: { call: number; fault: Fault } | undefined;
  let failed: string | undefined;

  /** The fault of this call, where it is the one. */
  function next(name: string) {
    calls += 1;
    if (calls !== armed?.call) return undefined;
    failed = name;
    const { code, done } = armed.fault;
    // closing and removing leave nothing half done, and what is not closed would leak in the test itself
    const part = name.startsWith('close') ? 'all' : done === 'half' && !WRITES.has(name) ? 'nothing' : done;
    const error = code === undefined && WRITES.has(name) ? undefined : systemError(code ?? 'EIO', name);
    return { part, error };
  }

  return {
    next,
    async call(name: string, args: unknown[], original: (args: unknown[]) => unknown): Promise<unknown> {
      const fault = next(name);
      if (!fault) return original(args);
      const made = fault.part === 'nothing' ? undefined : await original(cut(args, fault.part));
      if (fault.error) {
        if (name.startsWith('open') && made) await (made as FileHandle).close();
        throw fault.error;
      }
      return made;
    },
    callSync(name: string, args: unknown[], original: (args: unknown[]) => unknown): unknown {
      const fault = next(name);
      if (!fault) return original(args);
      const made = fault.part === 'nothing' ? undefined : original(cut(args, fault.part));
      if (fault.error) {
        if (name === 'openSync' && made !== undefined) fs.closeSync(made as number);
        throw fault.error;
      }
      return made;
    },
    seam: {
      arm(call: number, fault: Fault) {
        calls = 0;
        failed = undefined;
        armed = { call, fault };
      },
      disarm() {
        armed = undefined;
        return { calls, failed };
      },
    },
  };
}

/** The content is the one argument that has a length and is no path. */
function cut(args: unknown[], part: 'half' | 'all'): unknown[] {
  if (part === 'all') return args;
  if (ArrayBuffer.isView(args[0]) && typeof args[2] === 'number')
    return args.with(2, Math.floor(args[2] / 2));
  const at = args.findIndex(
    (arg) => ArrayBuffer.isView(arg) || (typeof arg === 'string' && arg.includes('\n')),
  );
  const content = args[at] as string | Uint8Array | undefined;
  if (content === undefined) return args;
  const half = Math.floor(content.length / 2);
  const first = typeof content === 'string' ? content.slice(0, half) : content.subarray(0, half);
  return args.with(at, first);
}

function systemError(code: string, name: string): Error {
  return Object.assign(new Error(`${code}: made to fail by a test, ${name}`), { code, syscall: name });
}
