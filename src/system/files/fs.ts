/**
 * The functions of node:fs and node:fs/promises that this program uses, with the same signatures, for names of any
 * bytes: paths are strings as described in file-names.ts. Each call looks the function up in node:fs, so that tests
 * can replace it there.
 */
import fs, { type Dirent } from 'node:fs';
import { fromDisk, NAMES_ARE_BYTES, onDisk } from './file-names.js';

export { constants } from 'node:fs';
export type { FileHandle } from 'node:fs/promises';

const { promises } = fs;

/** Typed as 'buffer' in both cases; `asName` accepts both results. */
const ENCODING = (NAMES_ARE_BYTES ? 'buffer' : 'utf8') as 'buffer';

const asName = (name: string | Uint8Array) => (typeof name === 'string' ? name : fromDisk(name));

export const access = withPath(promises, 'access');
export const copyFile = withTwoPaths(promises, 'copyFile');
export const link = withTwoPaths(promises, 'link');
export const lstat = withPath(promises, 'lstat');
export const mkdir = withPath(promises, 'mkdir');
export const open = withPath(promises, 'open');
export const readFile = withPath(promises, 'readFile');
export const rename = withTwoPaths(promises, 'rename');
export const rm = withPath(promises, 'rm');
export const stat = withPath(promises, 'stat');
export const statfs = withPath(promises, 'statfs');
export const writeFile = withPath(promises, 'writeFile');

export const appendFileSync = withPath(fs, 'appendFileSync');
export const closeSync = withPath(fs, 'closeSync');
export const createReadStream = withPath(fs, 'createReadStream');
export const createWriteStream = withPath(fs, 'createWriteStream');
export const existsSync = withPath(fs, 'existsSync');
export const fstatSync = withPath(fs, 'fstatSync');
export const ftruncateSync = withPath(fs, 'ftruncateSync');
export const openSync = withPath(fs, 'openSync');
export const readFileSync = withPath(fs, 'readFileSync');
export const readSync = withPath(fs, 'readSync');
export const renameSync = withTwoPaths(fs, 'renameSync');
export const rmSync = withPath(fs, 'rmSync');
export const writeFileSync = withPath(fs, 'writeFileSync');
export const writeSync = withPath(fs, 'writeSync');

export async function mkdtemp(prefix: string): Promise<string> {
  return asName(await promises.mkdtemp(onDisk(prefix) as string, ENCODING));
}

export async function realpath(path: string): Promise<string> {
  return asName(await promises.realpath(onDisk(path), ENCODING));
}

/** Returns the target of a symbolic link, unresolved. */
export function readlinkSync(path: string): string {
  return asName(fs.readlinkSync(onDisk(path), ENCODING));
}

export async function readdir(path: string): Promise<string[]> {
  return (await promises.readdir(onDisk(path), ENCODING)).map(asName);
}

export function readdirSync(path: string): string[] {
  return fs.readdirSync(onDisk(path), ENCODING).map(asName);
}

/** Iterates over the entries of a directory, reading `bufferSize` at a time. */
export async function opendir(path: string, options: { bufferSize: number }): Promise<AsyncIterable<Dirent>> {
  const encoding = ENCODING as BufferEncoding;
  return named(await promises.opendir(onDisk(path), { ...options, encoding }));
}

async function* named(directory: AsyncIterable<Dirent>): AsyncGenerator<Dirent> {
  for await (const entry of directory) {
    entry.name = asName(entry.name);
    yield entry;
  }
}

/** Wraps a function whose first argument is a path or a file descriptor. */
function withPath<Holder, Name extends keyof Holder>(holder: Holder, name: Name): Holder[Name] {
  const call = (first: unknown, ...rest: unknown[]) =>
    (holder as Record<Name, Call>)[name](asPath(first), ...rest);
  return call as Holder[Name];
}

function withTwoPaths<Holder, Name extends keyof Holder>(holder: Holder, name: Name): Holder[Name] {
  const call = (from: unknown, to: unknown, ...rest: unknown[]) =>
    (holder as Record<Name, Call>)[name](asPath(from), asPath(to), ...rest);
  return call as Holder[Name];
}

type Call = (...args: unknown[]) => unknown;

const asPath = (path: unknown) => (typeof path === 'string' ? onDisk(path) : path);

/** Returns whether anything exists at the path and is accessible. */
export function pathExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Returns a path for native code that accepts UTF-8 only: an open file or directory in Linux's /proc. Descriptors
 * are reused, so results must not be cached by such a path.
 */
const handlePath = (handle: number) => `/proc/self/fd/${handle}`;

export const isUtf8Path = (path: string): boolean => !NAMES_ARE_BYTES || path.isWellFormed();

/**
 * Calls `use` with a UTF-8 path to the same file, for reading, valid until `use` has settled.
 * @throws the system's error
 */
export async function withUtf8Path<T>(path: string, use: (plain: string) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(handlePath(file.fd));
  } finally {
    await file.close();
  }
}

/**
 * Returns a UTF-8 path to the same directory, valid until `close`.
 * @throws the system's error
 */
export function openUtf8Directory(directory: string): { readonly path: string; close(): void } {
  if (isUtf8Path(directory)) return { path: directory, close: () => undefined };
  const handle = openSync(directory, 'r');
  return { path: handlePath(handle), close: () => closeSync(handle) };
}

/** Replaces invalid UTF-8 in a name; the result is not longer. */
export const utf8Name = (name: string): string => name.toWellFormed().replaceAll('\ufffd', '_');
