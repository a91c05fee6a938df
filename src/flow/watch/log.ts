import { readFileSync } from '../../system/files/fs.js';

/** Files in the directory of a watched run. */
export const LOG = 'log';
/** Standard input as far as it was read, where the sources come from there. */
export const LIST = 'list';
/** Tells the process of a run its directory. */
export const WATCH_VARIABLE = 'SRGAN_WATCH';

/** A source that was taken up. */
export interface Begun {
  /** Tells it from all others of the run. */
  readonly id: string;
  readonly index: number;
  readonly path: string;
  readonly relativePath: string;
}

export interface InFlight extends Begun {
  /** How often the process died while it was being worked on. */
  readonly crashes: number;
  /** The process of now has taken it up, and not only one that died. */
  readonly taken: boolean;
  /** Where its result was about to get its name. */
  readonly dst?: string;
}

/**
 * What a run notes while it goes on, so that another process can take it up where it died. Each line is one
 * write, and none is flushed to the disk: the process may die, the machine is not expected to.
 */
export type LogLine =
  /** From here on it can be taken up. */
  | { readonly kind: 'opened'; readonly journal?: string }
  | ({ readonly kind: 'begun' } & Begun)
  | { readonly kind: 'publishing'; readonly id: string; readonly dst: string }
  /** Its record is about to be told; `sofar` is what the run has come to with it. */
  | { readonly kind: 'told'; readonly id: string; readonly sofar: unknown }
  | { readonly kind: 'finished'; readonly exitStatus: number }
  /** By the parent: how the process ended. */
  | { readonly kind: 'crash'; readonly cause: string }
  /** In place of all lines before. */
  | {
      readonly kind: 'sum';
      readonly journal?: string;
      readonly inFlight: readonly InFlight[];
      readonly sofar: unknown;
    };

/** What a log says. */
export interface Logged {
  readonly opened: boolean;
  readonly journal: string | undefined;
  readonly inFlight: ReadonlyMap<string, InFlight>;
  readonly sofar: unknown;
  /** How the last process that died did so. */
  readonly cause: string | undefined;
  /** Something happened since then. */
  readonly moved: boolean;
  readonly exitStatus: number | undefined;
}

export const textOf = (line: LogLine): string => `${JSON.stringify(line)}\n`;

/** A log that is not there is an empty one; a line that was cut off counts as not written. */
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

/** Those that no process has taken up again since they were in flight at a crash have had no part in the next one. */
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
