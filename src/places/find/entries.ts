import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { canBeName, fromDisk } from '../../system/files/file-names.js';
import type { ListFormat } from '../../contract/program-inputs.js';

/** One entry of a list. */
export interface ListEntry {
  /** 1-based line, or count of NUL-ended entries. */
  readonly line: number;
  /** Undefined where the entry is over the limit, or no UTF-8 where that must be; `wrong` then says so. */
  readonly text?: string;
  readonly wrong?: string;
}

const KIB = 1024;
const LONGEST: Record<ListFormat, number> = { lines: 64 * KIB, nul: 64 * KIB, ndjson: 1024 * KIB };

const BOM = '\uFEFF';
/** The encoding for each byte order mark. */
const UTF_16 = new Map([
  [`255 254`, 'utf-16le'],
  [`254 255`, 'utf-16be'],
]);

/**
 * The entries of a list that are not empty. The stream is asked for its next chunk only when the entries of
 * the one at hand are used up; no more than one chunk and one entry are held.
 */
export async function* entriesOf(
  stream: AsyncIterable<Uint8Array>,
  format: ListFormat,
): AsyncGenerator<ListEntry> {
  const separator = format === 'nul' ? 0 : 0x0a;
  const longest = LONGEST[format];
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  let line = 0;

  const hold = (piece: Uint8Array) => {
    begunBytes += piece.length;
    if (begunBytes <= longest && piece.length > 0) begun.push(piece);
    else if (begunBytes > longest) begun = [];
  };

  const finish = (): ListEntry | undefined => {
    line += 1;
    const bytes = begunBytes;
    const entry = bytes > longest ? tooLong(line, longest) : decoded(line, Buffer.concat(begun), format);
    begun = [];
    begunBytes = 0;
    return bytes > 0 && entry.text !== '' ? entry : undefined;
  };

  for await (const chunk of inUtf8(stream)) {
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      const entry = finish();
      if (entry) yield entry;
    }
    // a copy, since streams may use the memory of a chunk again
    hold(Uint8Array.from(chunk.subarray(start)));
  }
  const last = finish();
  if (last) yield last;
}

/** Lists that PowerShell and Notepad write are UTF-16, which their byte order mark says; all else stays as it is. */
async function* inUtf8(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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

function decoded(line: number, bytes: Uint8Array, format: ListFormat): ListEntry {
  if (!(format === 'ndjson' ? isUtf8(bytes) : canBeName(bytes))) return { line, wrong: 'is not UTF-8' };
  const text = fromDisk(bytes);
  const plain = line === 1 && text.startsWith(BOM) ? text.slice(1) : text;
  if (format === 'nul') return { line, text: plain };
  const ended = plain.endsWith('\r') ? plain.slice(0, -1) : plain;
  return { line, text: format === 'ndjson' ? ended.trim() : ended };
}

function tooLong(line: number, longest: number): ListEntry {
  return { line, wrong: `is longer than ${longest / KIB} KiB` };
}
