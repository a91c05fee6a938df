import { SrganError, systemCode } from '../../system/errors.js';
import { createReadStream } from '../../system/files/fs.js';
import type { Inputs, ListFormat, SourceSpec } from '../../contract/program-inputs.js';
import type { Draft } from './draft.js';
import { entriesOf, type ListEntry } from './entries.js';
import { fromPath, fromSpec, wrong } from './spec.js';

/** Sources of a byte stream; `name` is put before the line number where an entry is wrong. */
export async function* fromStream(
  stream: AsyncIterable<Uint8Array>,
  format: ListFormat,
  name = '',
): AsyncGenerator<Draft> {
  for await (const entry of entriesOf(stream, format)) {
    yield draftOf(entry, format, `${name}${format === 'nul' ? 'entry' : 'line'} ${entry.line}`);
  }
}

/** @throws SrganError E_USAGE where the list itself cannot be read */
export async function* fromListFile({
  path,
  format,
  title = path,
}: Extract<Inputs, { kind: 'list-file' }>): AsyncGenerator<Draft> {
  try {
    yield* fromStream(createReadStream(path), format, `${title}, `);
  } catch (cause) {
    const what = systemCode(cause) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new SrganError('E_USAGE', `${path}: this list of sources ${what}.`, { cause });
  }
}

export async function* fromIterable(
  sources: AsyncIterable<string | SourceSpec> | Iterable<string | SourceSpec>,
): AsyncGenerator<Draft> {
  let count = 0;
  for await (const source of sources) {
    count += 1;
    const where = `source ${count}`;
    yield typeof source === 'string' ? fromPath(source, where) : fromSpec(source, where);
  }
}

function draftOf({ text, wrong: what }: ListEntry, format: ListFormat, where: string): Draft {
  if (text === undefined) return wrong(where, new SrganError('E_LIST', `${where}: ${what ?? ''}.`));
  if (format !== 'ndjson') return fromPath(text, where);
  try {
    return fromSpec(JSON.parse(text), where);
  } catch (cause) {
    return wrong(where, new SrganError('E_LIST', `${where}: is not JSON.`, { cause }));
  }
}
