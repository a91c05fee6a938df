import {
  readFileSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from '../../system/files/fs.js';

/** Files in the directory of a supervised run. */
export const LOG = 'log';
/** Standard input read so far, where it lists the sources. */
export const LIST = 'list';
/** Passes the directory to the process of a run. */
export const WATCH_VARIABLE = 'SRGAN_WATCH';

/** A source whose processing has started. */
export interface Begun {
  /** Unique within the run. */
  readonly id: string;
  readonly index: number;
  readonly path: string;
  readonly relativePath: string;
}

export interface InFlight extends Begun {
  /** How often a process died while processing it. */
  readonly crashes: number;
  /** Whether the current process has started it, and not only one that died. */
  readonly taken: boolean;
  /** Path at which its result was about to be published. */
  readonly dst?: string;
}

/**
 * Log of a supervised run, from which another process continues after a crash. Each line is one write and none is
 * flushed to the disk, since it only has to survive the process, not the machine.
 */
export type LogLine =
  /** From here on the run can be continued. */
  | { readonly kind: 'opened'; readonly journal?: string }
  | ({ readonly kind: 'begun' } & Begun)
  | { readonly kind: 'publishing'; readonly id: string; readonly dst: string }
  /** The record of a source is about to be reported; `sofar` is the state of the run including it. */
  | { readonly kind: 'told'; readonly id: string; readonly sofar: unknown }
  | { readonly kind: 'finished'; readonly exitStatus: number }
  /** Written by the parent: how the process ended. */
  | { readonly kind: 'crash'; readonly cause: string }
  /** Replaces all lines before it. */
  | {
      readonly kind: 'sum';
      readonly journal?: string;
      readonly inFlight: readonly InFlight[];
      readonly sofar: unknown;
    };

/** Content of a log. */
export interface Logged {
  readonly opened: boolean;
  readonly journal: string | undefined;
  readonly inFlight: ReadonlyMap<string, InFlight>;
  readonly sofar: unknown;
  /** How the last crashed process died. */
  readonly cause: string | undefined;
  /** Whether anything happened since then. */
  readonly moved: boolean;
  readonly exitStatus: number | undefined;
}

export const textOf = (line: LogLine): string => `${JSON.stringify(line)}\n`;

/** A missing log is empty; a line that was cut off is ignored. */
export function readLog(file: string): Logged {
  let opened = false;
  let journal: string | undefined;
  let sofar: unknown;
  let cause: string | undefined;
  let moved = false;
  let exitStatus: number | undefined;
  const inFlight = new Map<string, InFlight>();

  for (const line of linesOf(file)) {
    moved = line.kind !== 'crash';
    if (line.kind !== 'crash') opened = true;
    switch (line.kind) {
      case 'opened':
        journal = line.journal;
        break;
      case 'begun': {
        const { id, index, path, relativePath } = line;
        inFlight.set(id, { crashes: 0, ...inFlight.get(id), id, index, path, relativePath, taken: true });
        break;
      }
      case 'publishing': {
        const source = inFlight.get(line.id);
        if (source) inFlight.set(line.id, { ...source, dst: line.dst });
        break;
      }
      case 'told':
        inFlight.delete(line.id);
        sofar = line.sofar;
        break;
      case 'finished':
        exitStatus = line.exitStatus;
        break;
      case 'crash':
        cause = line.cause;
        for (const source of inFlight.values()) inFlight.set(source.id, blamed(source));
        break;
      case 'sum':
        journal = line.journal;
        sofar = line.sofar;
        for (const source of line.inFlight) inFlight.set(source.id, source);
    }
  }
  return { opened, journal, inFlight, sofar, cause, moved, exitStatus };
}

/** Sources not restarted since they were in flight at a crash are not to blame for the next one. */
const blamed = (source: InFlight): InFlight =>
  source.taken ? { ...source, crashes: source.crashes + 1, taken: false } : source;

function linesOf(file: string): LogLine[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });
}

/** A log is summarised when it grows beyond this. */
const MAX_LOG_BYTES = 2 ** 20;

/** The log of a run, as written by its process. */
export interface Notes {
  note(line: LogLine): void;
  /** Writes something beside the log that must be complete as well. */
  noting(write: () => void): void;
}

/**
 * Continues a log. Incomplete notes would be misleading, so on a full disk none are kept.
 * @param summed returns everything noted so far as one line
 */
export function openNotes(file: string, summed: () => LogLine): Notes {
  let handle: number | undefined = openSync(file, 'a', 0o600);
  let bytes = 0;
  return {
    note: (line) => {
      const text = textOf(line);
      noting((log) => {
        const written = writeSync(log, text);
        if (written < Buffer.byteLength(text)) throw new Error(`${file}: the disk is full`);
        bytes += written;
        if (bytes > MAX_LOG_BYTES) sumUp(log);
      });
    },
    noting,
  };

  function noting(write: (log: number) => void): void {
    if (handle === undefined) return;
    try {
      write(handle);
    } catch {
      handle = undefined;
      rmSync(file, { force: true });
    }
  }

  function sumUp(log: number): void {
    const next = `${file}.new`;
    writeFileSync(next, textOf(summed()), { mode: 0o600 });
    closeSync(log);
    handle = undefined;
    renameSync(next, file);
    handle = openSync(file, 'a');
    bytes = 0;
  }
}
