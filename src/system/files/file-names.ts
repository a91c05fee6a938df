import { isUtf8 } from 'node:buffer';
import process from 'node:process';

/**
 * File names are bytes on Linux but strings in this program. Each byte 0x80 to 0xff that is not valid UTF-8 becomes
 * the lone surrogate U+DC80 to U+DCFF, as in Python's surrogateescape (PEP 383). Valid names are unchanged, so only
 * strings that are not well-formed need conversion. JSON escapes such a surrogate, as in \udcff, without loss.
 */

/** Other systems store names as Unicode. */
export const NAMES_ARE_BYTES = process.platform === 'linux';

/** Matches lone surrogates only: with the flag u, a pair is one character. */
const ESCAPED_BYTE = /([\udc80-\udcff])/u;

const ESCAPE = 0xdc00;

/**
 * Decodes the bytes of a name or path: UTF-8, with U+DC80 to U+DCFF for each invalid byte. Different bytes give
 * different strings.
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

/** Encodes a string to the bytes of its name. Other lone surrogates become U+FFFD. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const pieces = text.split(ESCAPED_BYTE);
  return Buffer.concat(
    pieces.map((piece, at) => (at % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - ESCAPE))),
  );
}

/**
 * Returns a path in the form that node:fs needs: the string itself, or on Linux its bytes if they are not valid
 * UTF-8. The inverse of `fromDisk`.
 */
export function onDisk(path: string): string | Buffer {
  return NAMES_ARE_BYTES && !path.isWellFormed() ? bytesOf(path) : path;
}

/** Returns whether these bytes can be a file name on this system. */
export function canBeName(bytes: Uint8Array): boolean {
  return NAMES_ARE_BYTES || isUtf8(bytes);
}

/** Returns the canonical string for a name: several strings from outside may encode to the same bytes. */
export function normalName(text: string): string {
  return text.isWellFormed() ? text : fromDisk(bytesOf(text));
}

/** Returns the length of a name on disk in bytes. */
export function nameBytes(name: string): number {
  return name.isWellFormed() ? Buffer.byteLength(name) : bytesOf(name).length;
}

/** Returns a form for hashing that keeps different strings different, unlike UTF-8 with lone surrogates. */
export function hashable(text: string): string | Buffer {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le');
}

/** Escapes invalid UTF-8 bytes as `\xff` and other lone surrogates as `\ud800`, for display. */
export function printable(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(/[\ud800-\udfff]/gu, (surrogate) => {
    const code = surrogate.charCodeAt(0);
    const isByte = ESCAPED_BYTE.test(surrogate);
    return isByte ? `\\x${(code - ESCAPE).toString(16)}` : `\\u${code.toString(16)}`;
  });
}

/** Returns the length in bytes of the UTF-8 character at an offset, or 0 if it is invalid. */
function sequenceBytes(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const sequence = bytes.subarray(at, at + length);
  return sequence.length === length && isUtf8(sequence) ? length : 0;
}
