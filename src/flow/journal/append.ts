import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { open as openHandle, type FileHandle, readFile } from '../../system/files/fs.js';
import { makeDirectory, flushDirectory, flushFile } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import type { JournalLine, Session } from './journal-lines.js';
import { hostname } from 'node:os';
import { isProcessAlive } from '../../system/process-identity.js';

/** A journal being written; concurrent calls append their lines one after the other. */
export interface Appending {
  /**
   * @param rule.flush resolves when the line is on the disk
   * @throws SrganError E_WRITE
   */
  add(line: JournalLine, rule?: { flush: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Journals that this process has open. */
const open = new Set<string>();

export const isOpenHere = (file: string): boolean => open.has(path.resolve(file));

/**
 * @param how `new`: create the file; `on`: append after its last line; `torn`: append after a line that was cut off
 * @param settings.fsync whether `flush` waits until a line is on the disk
 * @throws SrganError E_USAGE where a new journal already exists, E_OUT_DIR where it cannot be created
 */
export async function openAppending(
  file: string,
  how: 'new' | 'on' | 'torn',
  { fsync }: Pick<Settings, 'fsync'>,
): Promise<Appending> {
  const { handle, bytes } = await openFile(file, how);
  open.add(path.resolve(file));
  let torn = how === 'torn';
  // as far as is known; a full disk may have written less than it reported
  let size: number | undefined = bytes;
  let last: Promise<void> = Promise.resolve();

  return {
    add(line, { flush } = { flush: false }) {
      const added = last.then(() => append(`${JSON.stringify(line)}\n`, flush));
      last = added.catch(() => undefined);
      return added;
    },
    async close() {
      await last;
      open.delete(path.resolve(file));
      await handle.close();
    },
  };

  async function append(text: string, flush: boolean): Promise<void> {
    try {
      const line = torn ? `\n${text}` : text;
      await handle.appendFile(line);
      torn = false;
      if (size !== undefined) size += Buffer.byteLength(line);
      if (flush) await checkWhole();
      if (flush && fsync) await flushFile(handle);
    } catch (cause) {
      torn = true;
      size = undefined;
      throw new SrganError('E_WRITE', `${file}: writing the journal failed.`, { cause });
    }
  }

  async function checkWhole(): Promise<void> {
    const { size: there } = await handle.stat();
    if (size !== undefined && there !== size) throw new Error(`${there} of ${size} bytes arrived in ${file}`);
    size = there;
  }
}

async function openFile(
  file: string,
  how: 'new' | 'on' | 'torn',
): Promise<{ handle: FileHandle; bytes: number }> {
  try {
    await makeDirectory(path.dirname(file));
    const handle = await openHandle(file, how === 'new' ? 'ax' : 'a');
    try {
      await flushDirectory(path.dirname(file));
      return { handle, bytes: (await handle.stat()).size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'EEXIST' && how === 'new') {
      throw new SrganError('E_USAGE', `${file}: this journal is there already.`, {
        hint: 'Take it up with --resume, or name another one.',
      });
    }
    throw new SrganError(
      'E_OUT_DIR',
      `${file}: the journal cannot be written (${code ?? 'unknown reason'}).`,
      {
        cause,
      },
    );
  }
}

/** Identifies this process for a journal. */
export async function thisProcess(): Promise<Pick<Session, 'pid' | 'birth' | 'host'>> {
  return { pid: process.pid, birth: await birthOf(process.pid), host: hostname() };
}

/** Whether the process of a session is still running; undefined where it ran on another machine. */
export async function isAlive({ pid, birth, host }: Pick<Session, 'pid' | 'birth' | 'host'>) {
  if (host !== hostname()) return undefined;
  if (!isProcessAlive(pid)) return false;
  const now = birth === undefined ? undefined : await birthOf(pid);
  return now === undefined || now === birth;
}

/** On Linux, the start time of the process in ticks and the id of the boot: proc(5), field 22 of stat. */
async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1');
    // the name in parentheses, field 2, may contain anything
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot.trim()}/${ticks}`;
  } catch {
    return undefined;
  }
}
