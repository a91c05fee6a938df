import { systemCode } from '../errors.js';
import { open, type FileHandle } from './fs.js';

const NOT_OFFERED = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'EISDIR']);

/** Some network and user-space file systems have no fsync; what they do on close is all there is. */
export async function flushFile(file: FileHandle): Promise<void> {
  await file.sync().catch(unlessNotOffered);
}

/** Makes a rename survive a power cut. Windows does not let a directory be opened. */
export async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    unlessNotOffered(error);
  }
}

function unlessNotOffered(error: unknown): void {
  if (!NOT_OFFERED.has(systemCode(error) ?? '')) throw error;
}
