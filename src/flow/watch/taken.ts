import { createCompactSet } from '../../system/compact-set.js';
import { fstatSync, ftruncateSync, openSync, readSync, writeSync } from '../../system/files/fs.js';

const ID_BYTES = 8;
const READ_BYTES = 64 * 1024;

/** Ids of 16 hex digits in a file, 8 bytes each: they outlive the process. */
export interface Taken {
  /** Whether an earlier process added it. */
  had(id: string): boolean;
  add(id: string): void;
}

export function openTaken(file: string): Taken {
  const handle = openSync(file, 'a+', 0o600);
  const before = createCompactSet();
  const buffer = Buffer.alloc(READ_BYTES);
  const { size } = fstatSync(handle);
  const whole = size - (size % ID_BYTES);
  // what was cut off would shift all that follow
  ftruncateSync(handle, whole);
  for (let at = 0; at < whole;) {
    const bytes = readSync(handle, buffer, 0, READ_BYTES, at);
    for (let of = 0; of + ID_BYTES <= bytes; of += ID_BYTES)
      before.add(buffer.toString('hex', of, of + ID_BYTES));
    at += bytes - (bytes % ID_BYTES);
  }
  return {
    had: (id) => before.has(id),
    add(id) {
      writeSync(handle, Buffer.from(id, 'hex'));
    },
  };
}
