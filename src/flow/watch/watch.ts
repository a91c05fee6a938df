import { hash } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import {
  existsSync,
  rmSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from '../../system/files/fs.js';
import { hashable } from '../../system/files/file-names.js';
import type { Source } from '../../contract/job.js';
import type { Inputs } from '../../contract/program-inputs.js';
import type { TallyState } from '../summary.js';
import { removeTempFilesNow } from '../../system/files/temp-files.js';
import { LIST, LOG, readLog, WATCH_VARIABLE, openNotes } from './log.js';
import { createCompactSet } from '../../system/compact-set.js';

const ID_BYTES = 8;
const READ_BYTES = 64 * 1024;

/** Ids of 16 hex digits in a file, 8 bytes each, which survive the process. */
interface Taken {
  /** Whether an earlier process added it. */
  had(id: string): boolean;
  add(id: string): void;
}

function openTaken(file: string): Taken {
  const handle = openSync(file, 'a+', 0o600);
  const before = createCompactSet();
  const buffer = Buffer.alloc(READ_BYTES);
  const { size } = fstatSync(handle);
  const whole = size - (size % ID_BYTES);
  // a partial id would shift all that follow
  ftruncateSync(handle, whole);
  for (let at = 0; at < whole;) {
    const bytes = readSync(handle, buffer, 0, READ_BYTES, at);
    for (let of = 0; of + ID_BYTES <= bytes; of += ID_BYTES)
      before.add(buffer.toString('hex', of, of + ID_BYTES));
    at += bytes - (bytes % ID_BYTES);
  }
  return {
    had: (id) => before.has(id),
    add(id) {
      writeSync(handle, Buffer.from(id, 'hex'));
    },
  };
}

/** File with the ids of all sources that were started. */
const TAKEN = 'taken';

/** State of a run over all its processes. */
export interface SoFar {
  readonly tally: TallyState;
  /** Size of the file of --errors-log. */
  readonly errorsLogBytes: number;
}

/** Notes of a run for the process that continues it if this one dies. */
export interface Watch {
  /** Undefined in the first process of a run. */
  readonly before: Before | undefined;
  /** Whether the continuing process receives the list on standard input again from its beginning. */
  readonly keepsList: boolean;
  /** From here on the run can be continued. */
  opened(journal: string | undefined): void;
  /** Yields the sources that no earlier process has ended, and notes each as started. */
  sources(found: AsyncIterable<Source>, kind: Inputs['kind']): AsyncGenerator<Source>;
  /** Notes that the result of a source is about to get its name. */
  publishing(index: number, dst: string): void;
  /** Notes the state of the run including the source whose record comes next. */
  counted(tally: TallyState): void;
  /**
   * Notes that the record of a source is about to be written to standard output.
   * @param errorsLogBytes size of the file of --errors-log, which already has it
   */
  told(index: number, errorsLogBytes: number): void;
  finished(exitStatus: number): void;
}

export interface Before {
  readonly journal: string | undefined;
  /** Undefined where no record was reported. */
  readonly sofar: SoFar | undefined;
}

/** Opens the notes of this process, where it runs under a parent. */
export function openWatch(): Watch | undefined {
  const directory = watchedDirectory();
  return directory === undefined ? undefined : watchIn(directory);
}

/** Directory of the run, where this process runs under a parent; it ends as soon as the parent does. */
export function watchedDirectory(): string | undefined {
  const directory = process.env[WATCH_VARIABLE];
  if (directory === undefined) return undefined;
  // not inherited by programs that this one may run
  Reflect.deleteProperty(process.env, WATCH_VARIABLE);
  endWithParent(directory);
  return directory;
}

function endWithParent(directory: string): void {
  const die = () => {
    removeTempFilesNow();
    rmSync(directory, { recursive: true, force: true });
    process.kill(process.pid, 'SIGKILL');
  };
  process.once('disconnect', die);
  process.channel?.unref();
  if (!process.connected) die();
}

/** @param directory of the run, which all its processes share */
export function watchIn(directory: string): Watch {
  const file = join(directory, LOG);
  const past = readLog(file);
  const inFlight = new Map(past.inFlight);
  const ids = new Map<number, string>();
  const taken = openTaken(join(directory, TAKEN));
  let journal = past.journal;
  let sofar = past.sofar as SoFar | undefined;
  let tally: TallyState | undefined;
  const notes = openNotes(file, () => ({
    kind: 'sum',
    journal,
    sofar,
    inFlight: [...inFlight.values()],
  }));

  return {
    before: past.opened ? { journal, sofar } : undefined,
    keepsList: existsSync(join(directory, LIST)),
    opened(file) {
      journal = file;
      notes.note({ kind: 'opened', journal });
    },
    async *sources(found, kind) {
      // sources of a crashed process come again in the same order, before new ones
      const left = new Map([...inFlight].filter(([, { taken }]) => !taken));
      for await (const source of found) {
        const id = idOf(source, kind);
        const suspect = left.get(id);
        left.delete(id);
        if (suspect) yield begin({ ...source, index: suspect.index }, id);
        else if (!taken.had(id)) yield begin(source, id);
      }
      for (const [id, { index, path, relativePath }] of left)
        yield begin({ index, path, relativePath, overrides: {}, extra: {} }, id);
    },
    publishing(index, dst) {
      const id = ids.get(index);
      const source = id === undefined ? undefined : inFlight.get(id);
      if (id === undefined || !source) return;
      inFlight.set(id, { ...source, dst });
      notes.note({ kind: 'publishing', id, dst });
    },
    counted: (counted) => void (tally = counted),
    told(index, errorsLogBytes) {
      const id = ids.get(index);
      if (id === undefined || !tally) return;
      sofar = { tally, errorsLogBytes };
      ids.delete(index);
      inFlight.delete(id);
      notes.note({ kind: 'told', id, sofar });
    },
    finished: (exitStatus) => notes.note({ kind: 'finished', exitStatus }),
  };

  function begin(source: Source, id: string): Source {
    const { index, path, relativePath } = source;
    const before = inFlight.get(id);
    inFlight.set(id, { crashes: 0, ...before, id, index, path, relativePath, taken: true });
    ids.set(index, id);
    notes.note({ kind: 'begun', id, index, path, relativePath });
    notes.noting(() => {
      if (!taken.had(id)) taken.add(id);
    });
    const { crashes = 0, dst } = before ?? {};
    return crashes > 0 ? { ...source, crashed: { times: crashes, cause: past.cause ?? '', dst } } : source;
  }
}

/** Positions in a list are stable; positions of files found in directories may change. */
const idOf = ({ index, path }: Source, kind: Inputs['kind']) =>
  hash('sha1', kind === 'patterns' ? hashable(path) : String(index)).slice(0, 16);
