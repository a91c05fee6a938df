import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group of our own with a limit of memory, for processes that a test starts. */
export interface MemoryGroup {
  readonly directory: string;
  /** The most that its processes have held, file cache included. */
  peakBytes(): number;
  /** Once no process is in it any more. */
  remove(): void;
}

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

/** @returns undefined where none can be made, as for all but root */
export function makeMemoryGroup(limitBytes: number): MemoryGroup | undefined {
  const isV1 = existsSync(join(V1, 'memory.limit_in_bytes'));
  const [limit, peak] = isV1
    ? ['memory.limit_in_bytes', 'memory.max_usage_in_bytes']
    : ['memory.max', 'memory.peak'];
  const directory = join(isV1 ? V1 : V2, `srgan-test-${process.pid}-${limitBytes}`);
  const remove = () => {
    if (existsSync(directory)) rmdirSync(directory);
  };
  try {
    mkdirSync(directory);
    writeFileSync(join(directory, limit), String(limitBytes));
    readFileSync(join(directory, peak));
  } catch {
    remove();
    return undefined;
  }
  return { directory, peakBytes: () => Number(readFileSync(join(directory, peak), 'latin1')), remove };
}
