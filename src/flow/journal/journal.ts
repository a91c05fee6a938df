import path from 'node:path';
import { hashBytes, hashFile } from '../../system/files/hash-file.js';
import { SrganError } from '../../system/errors.js';
import { isBrokenList } from '../../places/find/draft.js';
import type { Outcome, Source } from '../../contract/job.js';
import { namesWhere, type PipeOptions, type Settings } from '../../contract/options.js';
import { absolutePlace, pathBelow, isRemote } from '../../system/files/address.js';
import { factsAt, type Storages } from '../../places/storage/storages.js';
import { stampOf, type Stamp } from '../../contract/stamp.js';
import { recordOf } from '../outcome.js';
import type { Summary } from '../summary.js';
import type { Ticket } from '../ticket.js';
import { openAppending, type Appending, thisProcess } from './append.js';
import { JOURNAL_VERSION, type JournalLine, type Proof, type RecordedOptions } from './journal-lines.js';
import { readPast, collectProofs, type Proofs } from './proofs.js';
import { type ResultKeys, madeBy, thisMaker, type Maker } from './key.js';

/** The journal of a run: writes a line for each source, and knows what earlier runs recorded. */
export interface Journal {
  /** Whether the last attempt at the source failed. */
  failed(source: Source): boolean;
  /**
   * Inspects an existing output: a stamp of the same work counts as recorded by an earlier run.
   * @throws SrganError E_READ
   */
  recognise(output: string): Promise<void>;
  /** Whether an earlier run wrote a result there, or was about to. */
  wrote(output: string): boolean;
  /** Whether the output exists unchanged since an earlier run made it for the key. */
  proves(output: string, keys: ResultKeys): Promise<boolean>;
  /**
   * Records that a result is about to get its name, so that it is recognised if this process is killed afterwards.
   * @throws SrganError E_WRITE, E_READ
   */
  announce(output: string, key: string, result: WholeResult): Promise<Announced>;
  /** @throws SrganError E_WRITE */
  record(outcome: Outcome, ticket: Pick<Ticket, 'source' | 'job' | 'key' | 'end'>): Promise<void>;
  /** @throws SrganError E_WRITE */
  end(summary: Summary, rule: { complete: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface Announced {
  /** Checksum of its bytes in hex. */
  readonly sha256: string;
  /** Metadata for a result in an object store, in case the journal is lost. */
  readonly stamp: Stamp | undefined;
}

/** The bytes of a result, or the file that holds them. */
export type WholeResult = Uint8Array | { readonly path: string; readonly bytes: number };

export interface JournalPlace {
  readonly file: string;
  /** Base of the results' paths. */
  readonly out: string | undefined;
}

const now = () => new Date().toISOString();

/**
 * Opens the journal of a run, new or existing; a dry run only reads it.
 * @param total number of sources, where it is known
 * @param work identity that results in an object store carry as a stamp; without it only the journal knows them
 * @throws SrganError E_USAGE, E_OUT_DIR, E_WRITE
 */
export async function openJournal(
  file: string,
  settings: Settings,
  options: PipeOptions,
  total: number | undefined,
  storages: Storages,
  work?: string,
): Promise<Journal> {
  const { out, resume, strict, dryRun } = settings;
  const maker = await thisMaker(settings);
  const past = resume ? await readPast(file, maker) : undefined;
  const proofs = past?.proofs ?? collectProofs(maker);
  const { others } = proofs;
  if (others.count > 0) options.onNote?.(otherVersion(others, maker, strict));
  const lines = dryRun
    ? nowhere
    : await openAppending(file, past ? (past.endsWell ? 'on' : 'torn') : 'new', settings);
  const session = { at: now(), ...(await thisProcess()), maker, total };
  const first = past?.batch
    ? { kind: 'resume' as const, ...session }
    : { kind: 'batch' as const, ...about(), ...session };
  proofs.add(first);
  await lines.add(first, { flush: true }).catch(async (error: unknown) => {
    await lines.close();
    throw error;
  });

  return {
    failed: (source) => proofs.failed(srcOf(source)),
    async recognise(output) {
      if (work === undefined || !isRemote(output)) return;
      const { stamp, bytes, sha256 } = (await factsAt(output, storages)) ?? {};
      if (stamp === undefined || bytes === undefined || sha256 === undefined) return;
      const said = { key: stamp.key, bytes, sha256 };
      if (stampOf({ work, place: output, ...said }).seal !== stamp.seal) return;
      proofs.add({ kind: 'writing', dst: dstOf(output), ...said });
    },
    wrote: (output) => proofs.wrote(dstOf(output)),
    async proves(output, { key, former }) {
      const dst = dstOf(output);
      if (!proofs.wrote(dst)) return false;
      const there = { dst, ...(await bytesOf(output, storages)) };
      const proof = proofs.proves({ key, ...there }) ?? proofs.proves({ key: former, ...there });
      return proof === 'this' || (proof === 'other' && !strict);
    },
    async announce(output, key, result) {
      const inMemory = result instanceof Uint8Array;
      const sha256 = inMemory ? await hashBytes(result) : await hashFile(result.path);
      const bytes = inMemory ? result.byteLength : result.bytes;
      const line = { key, dst: dstOf(output), bytes, sha256 };
      await lines.add({ kind: 'writing', ...line }, { flush: true });
      const stamp =
        work !== undefined && isRemote(output)
          ? stampOf({ work, place: output, key, bytes, sha256 })
          : undefined;
      return { sha256, stamp };
    },
    async record(outcome, ticket) {
      const line = lineOf(outcome, ticket);
      if (line) await lines.add(line);
    },
    end: ({ elapsedMs, counts }, { complete }) =>
      lines.add({ kind: 'end', at: now(), complete, elapsedMs: Math.round(elapsedMs), counts }),
    close: () => lines.close(),
  };

  function about() {
    const { inputs } = settings;
    return {
      version: JOURNAL_VERSION,
      id: path.parse(file).name,
      cwd: process.cwd(),
      patterns: inputs.kind === 'patterns' ? inputs.patterns : undefined,
      options: recorded(options),
    };
  }

  function dstOf(output: string): string {
    if (isRemote(output)) return (out === undefined ? undefined : pathBelow(out, output)) ?? output;
    const relative = out === undefined ? undefined : path.relative(out, output);
    const outside = relative === undefined || relative.startsWith('..') || path.isAbsolute(relative);
    return outside ? path.resolve(output) : relative.replaceAll(path.sep, '/');
  }

  /** Undefined where the journal already has it. */
  function lineOf(outcome: Outcome, { source, job, key, end }: Parameters<Journal['record']>[1]) {
    const dst = outcome.dst === undefined ? undefined : dstOf(outcome.dst);
    const src = srcOf(source);
    const proven = end?.status === 'skipped' && end.proven === true;
    if (proven && proofs.toldOf(src)) return undefined;
    if (end?.status === 'skipped' && end.passedOver === true) return undefined;
    // not a source: the next run lists again, and the end line of this one says that it is incomplete
    if (isBrokenList(source)) return undefined;
    return {
      kind: 'source' as const,
      at: now(),
      ...(recordOf({ ...outcome, extra: {} }) as unknown as Outcome),
      src,
      dst,
      ...(proven ? { status: 'done' as const, reason: undefined } : {}),
      warnings: outcome.warnings.length > 0 ? outcome.warnings : undefined,
      key,
      inputBytes: job?.header.fileBytes,
      sha256: end && 'written' in end ? end.written.sha256 : undefined,
    } satisfies JournalLine;
  }
}

/** The message of a resumed run about results that another version made. */
function otherVersion({ count, maker }: Proofs['others'], now: Maker, strict: boolean): string {
  const results = count === 1 ? '1 result of the journal was' : `${count} results of the journal were`;
  const what = strict
    ? 'made anew.'
    : `kept where ${count === 1 ? 'it is' : 'they are'} still wanted; --resume=strict makes ${count === 1 ? 'it' : 'them'} anew.`;
  return `${results} made ${madeBy(maker, now)}: ${what}`;
}

/** Size and checksum of an existing file; where it is missing or unreadable, values that no result has. */
async function bytesOf(output: string, storages: Storages): Promise<Pick<Proof, 'bytes' | 'sha256'>> {
  const there = await factsAt(output, storages).catch(passOver);
  const sha256 =
    there?.sha256 ?? (there && !isRemote(output) ? await hashFile(output).catch(passOver) : undefined);
  return { bytes: there?.bytes ?? 0, sha256: sha256 ?? '' };
}

function passOver(error: unknown): undefined {
  if (!(error instanceof SrganError) || error.code === 'E_CANCELLED') throw error;
}

/** Name of a source in the journal. */
const srcOf = ({ invalid, path: place }: Source) => (invalid ? place : absolutePlace(place));

const nowhere: Appending = { add: () => Promise.resolve(), close: () => Promise.resolve() };

function recorded(options: PipeOptions): RecordedOptions {
  const kept: readonly string[] = namesWhere(({ recorded }) => recorded !== false);
  return Object.fromEntries(Object.entries(options).filter(([name]) => kept.includes(name)));
}
