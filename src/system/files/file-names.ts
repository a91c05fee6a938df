import { isUtf8 } from 'node:buffer';
import process from 'node:process';

/**
 * Names of files are bytes on Linux, and strings everywhere in this program: a byte that is no part of valid
 * UTF-8, 0x80 to 0xff, is the lone surrogate U+DC80 to U+DCFF in the string, as in Python's surrogateescape
 * (PEP 383). What is valid stays as it is, so that only a string that is not well-formed needs another look. In
 * JSON such a surrogate is an escape like \udcff, which every reader gives back.
 */

/** Elsewhere the system itself has them as Unicode, and strings are left as they are. */
export const NAMES_ARE_BYTES = process.platform === 'linux';

/** Lone ones alone: with the flag u a pair is one character. */
const ESCAPED_BYTE = /([\udc80-\udcff])/u;

const ESCAPE = 0xdc00;

/**
 * The string for the bytes of a name or of a path: UTF-8, and U+DC80 to U+DCFF for each byte 0x80 to 0xff that is
 * none. Different bytes give different strings.
 */
export function fromDisk(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString();
  let text = '';
  let valid = 0;
  for (let at = 0; at < buffer.length;) {
    const length = sequenceBytes(buffer, at);
    if (length === 0) {
      text += buffer.toString('utf8', valid, at) + String.fromCharCode(ESCAPE + (buffer[at] ?? 0));
      valid = at + 1;
    }
    at += length || 1;
  }
  return text + buffer.toString('utf8', valid);
}

/** The bytes that a string stands for. What it has of other lone surrogates becomes U+FFFD. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const pieces = text.split(ESCAPED_BYTE);
  return Buffer.concat(
    pieces.map((piece, at) => (at % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - ESCAPE))),
  );
}

/**
 * A path as node:fs is to be given it: the string itself, but on Linux the bytes where they are no UTF-8, which
 * `fromDisk` gives back as this string.
 */
export function onDisk(path: string): string | Buffer {
  return NAMES_ARE_BYTES && !path.isWellFormed() ? bytesOf(path) : path;
}

/** Whether a file can have the name that these bytes are. */
export function canBeName(bytes: Uint8Array): boolean {
  return NAMES_ARE_BYTES || isUtf8(bytes);
}

/** The one string for a name, where a string that came from outside may spell its bytes in several ways. */
export function normalName(text: string): string {
  return text.isWellFormed() ? text : fromDisk(bytesOf(text));
}

/** Length on disk. */
export function nameBytes(name: string): number {
  return name.isWellFormed() ? Buffer.byteLength(name) : bytesOf(name).length;
}

/** For a hash: different strings stay different, which is not so of what is UTF-8 of a lone surrogate. */
export function hashable(text: string): string | Buffer {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le');
}

/** For people: a byte that is no UTF-8 as `\xff`, any other lone surrogate as `\ud800`. */
export function readable(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(/[\ud800-\udfff]/gu, (surrogate) => {
    const code = surrogate.charCodeAt(0);
    const isByte = ESCAPED_BYTE.test(surrogate);
    return isByte ? `\\x${(code - ESCAPE).toString(16)}` : `\\u${code.toString(16)}`;
  });
}

/** Length of the character whose UTF-8 begins there; 0 where none does. */
function sequenceBytes(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const sequence = bytes.subarray(at, at + length);
  return sequence.length === length && isUtf8(sequence) ? length : 0;
}
