import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group of our own that gives its processes a share of one core. */
export interface CpuGroup {
  add(pid: number): void;
  /** Once no process is in it any more. */
  remove(): void;
}

const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';
const PERIOD_US = 100_000;

/**
 * @param share of one core, 0..1
 * @returns undefined where none can be made, as for all but root
 */
export function makeCpuGroup(share: number): CpuGroup | undefined {
  const isV1 = existsSync(join(V1, 'cpu.cfs_quota_us'));
  const directory = join(isV1 ? V1 : V2, `srgan-test-${process.pid}-cpu`);
  const quotaUs = Math.round(share * PERIOD_US);
  const remove = () => {
    if (existsSync(directory)) rmdirSync(directory);
  };
  try {
    mkdirSync(directory);
    if (isV1) {
      writeFileSync(join(directory, 'cpu.cfs_period_us'), String(PERIOD_US));
      writeFileSync(join(directory, 'cpu.cfs_quota_us'), String(quotaUs));
    } else writeFileSync(join(directory, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
  } catch {
    remove();
    return undefined;
  }
  return {
    add: (pid) => writeFileSync(join(directory, 'cgroup.procs'), String(pid)),
    remove,
  };
}
