import { resolve, basename, dirname, join } from 'node:path';
import { rmSync, openUtf8Directory, utf8Name, rename, rm, writeFile } from './fs.js';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { nameBytes } from './file-names.js';
import { IDENTITY, type Identity } from '../process-identity.js';
import { makeDirectory, writeFailure } from './write-files.js';

/** A file beside the result, on the same disk, that is removed however the run ends. */
export interface TempFile {
  readonly path: string;
  /** Removes the file if it exists. */
  remove(): void;
}

const live = new Set<string>();

/**
 * Tracks a temporary file or directory until `untrackTempPath`, so that a process that must exit at once can
 * remove it.
 */
export const trackTempPath = (path: string): void => void live.add(resolve(path));

export const untrackTempPath = (path: string): void => void live.delete(resolve(path));

export const isTrackedTempPath = (path: string): boolean => live.has(resolve(path));

/** Removes all tracked paths synchronously, just before the process dies. */
export function removeTempFilesNow(): void {
  for (const path of live) {
    try {
      rmSync(path, { force: true, recursive: true });
    } catch {
      // a file that cannot be removed must not keep the process alive
    }
  }
  live.clear();
}

const ENDING = '.srgan-tmp';
const NAME_BYTES = 64;

/**
 * Returns a unique hidden name, short even if `name` has the maximum length. It contains its owner: the hashed
 * machine and boot, and the process id.
 */
export function tempName(name: string, { machine, life }: Identity = IDENTITY, pid = process.pid): string {
  let shown = '';
  for (const character of name) {
    if (nameBytes(shown + character) > NAME_BYTES) break;
    shown += character;
  }
  return `.${shown}.${machine}-${life}-${pid}-${randomBytes(6).toString('hex')}${ENDING}`;
}

/** libvips needs its own extension after ours. */
const PATTERN = new RegExp(
  `^\\..*\\.([0-9a-f]{8})-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{12}\\${ENDING}(?:\\.v)?$`,
  's',
);

/** The process that made a temporary file. */
export type Owner =
  /** A process of this machine or container since its start. */
  | { readonly kind: 'here'; readonly pid: number }
  /** A process of this machine before its last boot. */
  | { readonly kind: 'past' }
  /** A process of another machine or container, or possibly so. */
  | { readonly kind: 'elsewhere' };

/** Returns the owner of a temporary file by its name, or undefined for any other file. */
export function ownerOf(name: string, here: Identity = IDENTITY): Owner | undefined {
  const [, machine, life, pid] = PATTERN.exec(name) ?? [];
  if (pid === undefined) return undefined;
  if (machine !== here.machine) return { kind: 'elsewhere' };
  if (life === here.life) return { kind: 'here', pid: Number(pid) };
  return { kind: here.isKnown ? 'past' : 'elsewhere' };
}

/** Calls the deferred functions at its end, the last one first. */
export interface Scope {
  defer(release: () => void): void;
}

/**
 * Names a new temporary file for one image. libvips writes its own format only if the name ends in `.v`.
 * @throws SrganError E_WRITE, E_NOSPC
 */
export type MakeTemp = (ending?: '.v') => Promise<TempFile>;

/**
 * Makes temporary files beside the result, on the disk that needs room for it anyway. They are removed when `scope`
 * ends.
 */
export function tempFilesFor(output: string, scope: Scope): MakeTemp {
  return async (ending) => {
    const directory = dirname(output);
    await makeDirectory(directory).catch((cause: unknown) => {
      throw writeFailure(output, cause);
    });
    // sharp opens the file by its path, which must be UTF-8
    const name = `${tempName(utf8Name(basename(output)))}${ending ?? ''}`;
    const path = join(directory, name);
    const place = openDirectoryOf(directory, output);
    const remove = () => {
      try {
        rmSync(path, { force: true });
      } catch {
        // the next run in this directory sweeps it away
      }
      untrackTempPath(path);
    };
    trackTempPath(path);
    scope.defer(() => {
      remove();
      place.close();
    });
    return { path: join(place.path, name), remove };
  };
}

function openDirectoryOf(directory: string, output: string): ReturnType<typeof openUtf8Directory> {
  try {
    return openUtf8Directory(directory);
  } catch (error) {
    throw writeFailure(output, error);
  }
}

/**
 * Writes a file atomically: to a temporary name, then renamed. Creates the directory.
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const partial = join(dirname(path), tempName(basename(path)));
  trackTempPath(partial);
  try {
    await makeDirectory(dirname(path));
    await writeFile(partial, content, { flag: 'wx' });
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
    untrackTempPath(partial);
  }
}
