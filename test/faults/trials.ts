import { mkdir, readdir, readFile, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { ERROR_CODES, SrganError } from '../../src/system/errors.js';
import { pipe, type Outcome, type PipeOptions, type Summary } from '../../src/index.js';
import type { Fault, Seam } from './seam.js';

/** A small run, every call of which across the seam is made to fail once. */
export interface Scenario {
  readonly seam: Seam;
  readonly faults: readonly Fault[];
  /** Each call meets but one of the faults, in turn. */
  readonly inTurn?: boolean;
  /** Directory that holds the sources and, in new directories, the results. */
  readonly directory: string;
  readonly options: Omit<PipeOptions, 'out' | 'onOutcome'>;
  /** How a run is taken up again. */
  readonly again: 'resume' | 'skipExisting';
  /** The run that is disturbed takes up one that was whole, but lost two results since. */
  readonly takenUp?: boolean;
}

type Files = ReadonlyMap<string, Buffer>;

interface Run {
  readonly outcomes: readonly Outcome[];
  readonly summary?: Summary;
  readonly error?: Error;
}

export interface Trials {
  readonly tried: number;
  /** Promises that were not kept; one sentence each. */
  readonly broken: readonly string[];
}

const JOURNAL = path.join('.srgan', 'journal.ndjson');

/**
 * What holds after every fault: each output is absent or whole, each source has one record with a stable code,
 * the journal can be read, and the run taken up again ends as if nothing had happened.
 */
export async function tryAll(scenario: Scenario): Promise<Trials> {
  const { seam, faults, inTurn, directory, takenUp = false } = scenario;
  const reference = await undisturbed(scenario);
  const broken: string[] = [];
  let tried = 0;
  for (let call = 1, last = false; !last; call += 1) {
    for (const fault of inTurn ? [faults[call % faults.length]!] : faults) {
      const out = path.join(directory, `out-${tried}`);
      await mkdir(out);
      if (takenUp) await runAndLose(scenario, out);
      seam.arm(call, fault);
      const run = await attempt(scenario, out, takenUp);
      const { failed } = seam.disarm();
      const title = `call ${call} (${failed ?? 'none'}): ${fault.title}`;
      for (const check of [
        checkDisturbed(run, { out, reference, takenUp }),
        checkAgain(scenario, out, reference),
      ]) {
        for await (const sentence of check) broken.push(`${title}: ${sentence}`);
      }
      await rm(out, { recursive: true });
      last = failed === undefined;
      if (last) break;
      tried += 1;
    }
  }
  return { tried, broken };
}

async function undisturbed(scenario: Scenario): Promise<Files> {
  const out = path.join(scenario.directory, 'reference');
  const { error, outcomes } = await attempt(scenario, out, false);
  if (error) throw error;
  const wrong = outcomes.find(({ status }) => status !== 'done' && status !== 'copied');
  if (wrong) throw new Error(`${wrong.src}: ${wrong.message ?? wrong.status}`);
  return filesIn(out);
}

/** One result is cut off, one is gone. */
async function runAndLose(scenario: Scenario, out: string): Promise<void> {
  await attempt(scenario, out, false);
  const [first, second] = [...(await filesIn(out)).keys()].map((name) => path.join(out, name));
  await truncate(first!, 20);
  await rm(second!);
}

async function attempt({ options, again }: Scenario, out: string, isAgain: boolean): Promise<Run> {
  const outcomes: Outcome[] = [];
  try {
    const summary = await pipe({
      ...options,
      out,
      ...(again === 'resume' && { journal: path.join(out, JOURNAL) }),
      ...(isAgain && { [again]: true }),
      onOutcome: (outcome) => void outcomes.push(outcome),
    });
    return { outcomes, summary };
  } catch (error) {
    return { outcomes, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function* checkDisturbed(
  { outcomes, summary, error }: Run,
  { out, reference, takenUp }: { out: string; reference: Files; takenUp: boolean },
): AsyncGenerator<string> {
  if (error !== undefined) {
    if (!(error instanceof SrganError) || error.code === 'E_INTERNAL') yield `ended with ${error.message}`;
    if (outcomes.length > 0) yield `ended in the middle with ${error.message}`;
  }
  if (new Set(outcomes.map(({ src }) => src)).size < outcomes.length) yield 'a source has two records';
  const found = await filesIn(out);
  for (const { src, status, dst, code, message = '' } of outcomes) {
    if (status === 'failed') {
      if (code === undefined || !(code in ERROR_CODES) || code === 'E_INTERNAL')
        yield `${src}: ${code}, ${message}`;
      if (!/^[^\n]+\.$/.test(message)) yield `${src}: is told as ${message}`;
    } else if (status !== 'cancelled' && dst !== undefined && !found.has(path.relative(out, dst))) {
      yield `${dst} is ${status}, but not there`;
    }
  }
  // a directory that cannot be listed is one source, which failed
  const unlisted = outcomes.some(
    ({ src, status }) => status === 'failed' && !path.basename(src).includes('.'),
  );
  // nor is one taken once the journal cannot be written
  if (summary && !summary.stopped && !unlisted && outcomes.length !== reference.size) {
    yield `${outcomes.length} records of ${reference.size} sources`;
  }
  const failed = outcomes.some(({ status }) => status === 'failed') || summary?.stopped;
  if (summary && summary.exitStatus !== (failed ? 1 : 0)) yield `ends with ${summary.exitStatus}`;
  for (const [name, bytes] of found) {
    if (!isTemp(name) && !takenUp && reference.get(name)?.equals(bytes) !== true)
      yield `${name} is not whole`;
  }
}

async function* checkAgain(scenario: Scenario, out: string, reference: Files): AsyncGenerator<string> {
  yield* checkJournal(out);
  const { outcomes, error } = await attempt(scenario, out, true);
  if (error !== undefined) yield `cannot be taken up: ${error.message}`;
  for (const { status, message } of outcomes) {
    if (status === 'failed') yield `fails when it is taken up: ${message}`;
  }
  const found = await filesIn(out);
  for (const name of found.keys()) if (!reference.has(name)) yield `${name} is left behind`;
  for (const [name, bytes] of reference) {
    if (found.get(name)?.equals(bytes) !== true) yield `${name} is missing or wrong after it was taken up`;
  }
  yield* checkJournal(out);
}

/** One line may be cut off, by the very fault. */
async function* checkJournal(out: string): AsyncGenerator<string> {
  const text = await readFile(path.join(out, JOURNAL), 'utf8').catch(() => '');
  const torn = text.split('\n').filter((line) => line !== '' && !isJson(line)).length;
  if (torn > 1) yield `${torn} lines of the journal are no JSON`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const isTemp = (name: string) => /\.srgan-tmp(\.v)?$/.test(name);

/** By their path relative to the directory; the journal is left out. */
async function filesIn(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(directory, path.join(parentPath, name)))
    .filter((name) => name !== JOURNAL);
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(path.join(directory, name))] as const)),
  );
}
