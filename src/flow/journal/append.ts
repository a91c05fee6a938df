import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { open as openHandle, type FileHandle } from '../../system/files/fs.js';
import { makeDirectory, flushDirectory, flushFile } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import type { JournalLine } from './journal-lines.js';

/** A journal that is being written: one line after the other, whoever asks. */
export interface Appending {
  /**
   * @param rule.flush resolves when the line is on the disk
   * @throws SrganError E_WRITE
   */
  add(line: JournalLine, rule?: { flush: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Those that this process has open. */
const open = new Set<string>();

export const isOpenHere = (file: string): boolean => open.has(path.resolve(file));

/**
 * @param how `new`: a file that is not there yet; `on`: one that is, after its last line; `torn`: after a line
 *   that was cut off
 * @param settings.fsync whether a line can be waited for until it is on the disk
 * @throws SrganError E_USAGE where a new one is there already, E_OUT_DIR where it cannot be made
 */
export async function openAppending(
  file: string,
  how: 'new' | 'on' | 'torn',
  { fsync }: Pick<Settings, 'fsync'>,
): Promise<Appending> {
  const { handle, bytes } = await openFile(file, how);
  open.add(path.resolve(file));
  let torn = how === 'torn';
  // as far as it is known; a disk may take less than it says
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
