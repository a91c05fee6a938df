/**
 * The file system, for all of the program: the functions of node:fs/promises, and those of node:fs that end in
 * Sync or Stream, with their names and signatures. Paths are strings as names.ts has them, those that come back
 * too. Each call looks its function up anew, so that what replaces one in node:fs is felt here.
 */
import fs, { type Dirent } from 'node:fs';
import { fromDisk, NAMES_ARE_BYTES, onDisk } from './file-names.js';

export { constants } from 'node:fs';
export type { FileHandle } from 'node:fs/promises';

const { promises } = fs;

/** Where names are no bytes, they come as strings all the same. */
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

/** Where a link leads, as it is written there. */
export function readlinkSync(path: string): string {
  return asName(fs.readlinkSync(onDisk(path), ENCODING));
}

export async function readdir(path: string): Promise<string[]> {
  return (await promises.readdir(onDisk(path), ENCODING)).map(asName);
}

export function readdirSync(path: string): string[] {
  return fs.readdirSync(onDisk(path), ENCODING).map(asName);
}

/** The entries of a directory, a few at a time. */
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

/** A function whose first argument may be a path; a number of an open file stays. */
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
