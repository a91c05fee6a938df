import { SrganError, systemCode } from '../../system/errors.js';
import { createReadStream, createWriteStream, mkdtemp, rm } from '../../system/files/fs.js';
import type { Inputs, ListFormat, SourceSpec } from '../../contract/program-inputs.js';
import { type Draft, fromPath, fromSpec, invalidEntry } from './draft.js';
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { canBeName, fromDisk } from '../../system/files/file-names.js';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { untrackTempPath, trackTempPath } from '../../system/files/temp-files.js';

/** Reads sources from a list; `name` precedes the line number in error messages. */
export async function* fromStream(
  stream: AsyncIterable<Uint8Array>,
  format: ListFormat,
  name = '',
): AsyncGenerator<Draft> {
  for await (const entry of readEntries(stream, format)) {
    yield draftOf(entry, format, `${name}${format === 'nul' ? 'entry' : 'line'} ${entry.line}`);
  }
}

/** @throws SrganError E_USAGE if the list itself cannot be read */
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

function draftOf({ text, problem: what }: ListEntry, format: ListFormat, where: string): Draft {
  if (text === undefined) return invalidEntry(where, new SrganError('E_LIST', `${where}: ${what ?? ''}.`));
  if (format !== 'ndjson') return fromPath(text, where);
  try {
    return fromSpec(JSON.parse(text), where);
  } catch (cause) {
    return invalidEntry(where, new SrganError('E_LIST', `${where}: is not JSON.`, { cause }));
  }
}

export interface ListEntry {
  /** 1-based number of the line or NUL-terminated entry. */
  readonly line: number;
  /** Undefined if the entry is invalid; `problem` says why. */
  readonly text?: string;
  readonly problem?: string;
}

const KIB = 1024;
const MAX_ENTRY_BYTES: Record<ListFormat, number> = { lines: 64 * KIB, nul: 64 * KIB, ndjson: 1024 * KIB };

const BOM = '\uFEFF';
/** Encodings by their byte order mark. */
const UTF_16 = new Map([
  [`255 254`, 'utf-16le'],
  [`254 255`, 'utf-16be'],
]);

/**
 * Splits a list into its non-empty entries. Reads the next chunk only when all entries of the last one are consumed,
 * and holds one chunk and one entry at most.
 */
export async function* readEntries(
  stream: AsyncIterable<Uint8Array>,
  format: ListFormat,
): AsyncGenerator<ListEntry> {
  const separator = format === 'nul' ? 0 : 0x0a;
  const maxBytes = MAX_ENTRY_BYTES[format];
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let line = 0;

  const hold = (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > maxBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };

  const finish = (): ListEntry | undefined => {
    line += 1;
    const isEmpty = bytes === 0;
    const entry =
      bytes > maxBytes
        ? { line, problem: `is longer than ${maxBytes / KIB} KiB` }
        : decodeEntry(line, Buffer.concat(pieces), format);
    pieces = [];
    bytes = 0;
    return isEmpty || entry.text === '' ? undefined : entry;
  };

  for await (const chunk of asUtf8(stream)) {
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      const entry = finish();
      if (entry) yield entry;
    }
    // a copy, since streams may reuse the memory of a chunk
    hold(Uint8Array.from(chunk.subarray(start)));
  }
  const last = finish();
  if (last) yield last;
}

/** Converts UTF-16 with a byte order mark, as PowerShell and Notepad write it, and passes other bytes through. */
async function* asUtf8(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begin: Uint8Array | undefined = new Uint8Array();
  let decoder: TextDecoder | undefined;
  for await (const chunk of stream) {
    let bytes: Uint8Array = chunk;
    if (begin) {
      bytes = Buffer.concat([begin, chunk]);
      if (bytes.length < 2) {
        begin = bytes;
        continue;
      }
      begin = undefined;
      const encoding = UTF_16.get(`${bytes[0]} ${bytes[1]}`);
      decoder = encoding === undefined ? undefined : new TextDecoder(encoding);
    }
    yield decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  }
  if (begin) yield begin;
  if (decoder) yield Buffer.from(decoder.decode());
}

function decodeEntry(line: number, bytes: Uint8Array, format: ListFormat): ListEntry {
  if (!(format === 'ndjson' ? isUtf8(bytes) : canBeName(bytes))) return { line, problem: 'is not UTF-8' };
  const text = fromDisk(bytes);
  const plain = line === 1 && text.startsWith(BOM) ? text.slice(1) : text;
  if (format === 'nul') return { line, text: plain };
  const ended = plain.endsWith('\r') ? plain.slice(0, -1) : plain;
  return { line, text: format === 'ndjson' ? ended.trim() : ended };
}

export interface Spooled {
  readonly inputs: Extract<Inputs, { kind: 'list-file' }>;
  remove(): Promise<void>;
}

/**
 * Saves a list from a stream to a temporary file, so that it can be read before the work begins.
 * @param drain ends the list early, with the entries read so far
 * @throws SrganError E_WRITE
 */
export async function spool(
  { stream, format }: Extract<Inputs, { kind: 'list' }>,
  drain: AbortSignal,
): Promise<Spooled> {
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-list-'));
  const file = path.join(directory, 'list');
  const remove = async () => {
    await rm(directory, { recursive: true, force: true });
    untrackTempPath(directory);
  };
  trackTempPath(directory);
  try {
    await pipeline(stream, createWriteStream(file), { signal: drain });
  } catch (cause) {
    if (!drain.aborted) {
      await remove();
      throw new SrganError('E_WRITE', `${file}: the list could not be saved there.`, { cause });
    }
  }
  return { inputs: { kind: 'list-file', path: file, format, title: 'standard input' }, remove };
}
