import { createReadStream } from 'node:fs';
import { SrganError, systemCode } from '../errors.js';
import { entriesOf } from '../find/entries.js';
import { JOURNAL_VERSION, type BatchLine, type JournalLine } from './lines.js';

/**
 * The lines of a journal that are whole, however it was cut off; read as they are asked for.
 * @throws SrganError E_USAGE where the file cannot be read or is of a newer version
 */
export async function* readJournal(file: string): AsyncGenerator<JournalLine> {
  try {
    for await (const { text } of entriesOf(createReadStream(file), 'ndjson')) {
      const line = text === undefined ? undefined : parse(text);
      if (line?.kind === 'batch') checkVersion(file, line);
      if (line) yield line;
    }
  } catch (cause) {
    if (cause instanceof SrganError || systemCode(cause) === undefined) throw cause;
    throw new SrganError('E_USAGE', `${file}: this journal cannot be read.`, { cause });
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
