import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { SrganError, systemCode } from '../errors.js';
import { makeDirectory } from '../make-directory.js';
import type { Settings } from '../options.js';
import { flushDirectory, flushFile } from '../stages/write-flush.js';
import type { JournalLine } from './lines.js';

/** A journal that is being written: one line after the other, whoever asks. */
export interface Appending {
  /**
   * @param rule.flush resolves when the line is on the disk
   * @throws SrganError E_WRITE
   */
  add(line: JournalLine, rule?: { flush: boolean }): Promise<void>;
  close(): Promise<void>;
}

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
  const handle = await openFile(file, how);
  let torn = how === 'torn';
  let last: Promise<void> = Promise.resolve();

  return {
    add(line, { flush } = { flush: false }) {
      const added = last.then(() => append(`${JSON.stringify(line)}\n`, flush));
      last = added.catch(() => undefined);
      return added;
    },
    async close() {
      await last;
      await handle.close();
    },
  };

  async function append(text: string, flush: boolean): Promise<void> {
    try {
      await handle.appendFile(torn ? `\n${text}` : text);
      torn = false;
      if (flush && fsync) await flushFile(handle);
    } catch (cause) {
      torn = true;
      throw new SrganError('E_WRITE', `${file}: writing the journal failed.`, { cause });
    }
  }
}

async function openFile(file: string, how: 'new' | 'on' | 'torn'): Promise<FileHandle> {
  try {
    await makeDirectory(path.dirname(file));
    const handle = await open(file, how === 'new' ? 'ax' : 'a');
    await flushDirectory(path.dirname(file));
    return handle;
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
