import { SrganError, systemCode } from '../../system/errors.js';
import { createReadStream, stat } from '../../system/files/fs.js';
import { JOURNAL_VERSION, type BatchLine, type JournalLine } from './journal-lines.js';

const READ_BYTES = 2 ** 20;

/** Longer lines are ignored. */
const MAX_LINE_BYTES = 2 ** 20;

const NEWLINE = 0x0a;

/**
 * Yields the complete lines of a journal on demand, wherever it was cut off.
 * @throws SrganError E_USAGE where the file cannot be read or is of a newer version
 */
export async function* readJournal(file: string): AsyncGenerator<JournalLine> {
  for await (const lines of readLines(file)) yield* lines;
}

/** The same in batches, since a journal of a million images has two million lines. */
export async function* readLines(file: string): AsyncGenerator<readonly JournalLine[]> {
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: READ_BYTES })) {
      const bytes = Buffer.concat([rest, chunk as Uint8Array]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      rest = bytes.subarray(end);
      if (rest.length > MAX_LINE_BYTES) rest = rest.subarray(0, MAX_LINE_BYTES);
      yield linesIn(file, bytes.subarray(0, end));
    }
    yield linesIn(file, rest);
  } catch (cause) {
    if (cause instanceof SrganError || systemCode(cause) === undefined) throw cause;
    throw new SrganError('E_USAGE', `${file}: this journal cannot be read.`, { cause });
  }
}

function linesIn(file: string, bytes: Uint8Array): JournalLine[] {
  return textsIn(bytes).flatMap((text) => {
    const line = parse(text);
    if (line?.kind === 'batch') checkVersion(file, line);
    return line ? [line] : [];
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Lines that are not valid UTF-8 are ignored. */
function textsIn(bytes: Uint8Array): string[] {
  const texts = decoded(bytes)?.split('\n');
  if (texts) return texts;
  const lines: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const text = decoded(bytes.subarray(start, end === -1 ? bytes.length : end));
    if (text !== undefined) lines.push(text);
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const KINDS: readonly unknown[] = [
  'batch',
  'resume',
  'writing',
  'source',
  'end',
] satisfies JournalLine['kind'][];

function parse(text: string): JournalLine | undefined {
  try {
    const line = JSON.parse(text) as { kind?: unknown } | null;
    return KINDS.includes(line?.kind) ? (line as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

function checkVersion(file: string, { version }: BatchLine): void {
  if (version <= JOURNAL_VERSION) return;
  throw new SrganError('E_USAGE', `${file}: this journal was written by a newer srgan.`);
}

/**
 * Reads the first line of a batch's journal.
 * @returns undefined where there is no such file; `batch` is missing where the first line was cut off
 * @throws SrganError E_USAGE where it cannot be read
 */
export async function readBegun(file: string): Promise<{ readonly batch?: BatchLine } | undefined> {
  if (!(await stat(file).catch(() => undefined))) return undefined;
  for await (const line of readJournal(file)) {
    if (line.kind === 'batch') return { batch: line };
  }
  return {};
}
