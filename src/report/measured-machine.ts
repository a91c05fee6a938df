import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import process from 'node:process';
import { usableCores, usableMemoryBytes } from '../system/machine.js';
import { formatBytes } from '../system/measures.js';

/** What a measurement must say of the machine it was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** What affinity and quotas leave of them. */
  readonly usableCores: number;
  readonly memoryBytes: number;
  readonly usableMemoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Runnable processes over the last minute; 0 on Windows. */
  readonly loadAverage: number;
}

export async function thisMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length || availableParallelism(),
    usableCores: await usableCores(),
    memoryBytes: totalmem(),
    usableMemoryBytes: await usableMemoryBytes(),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Above this share of the cores other work counts. */
const BUSY_SHARE = 0.25;

/** Whether other work was going on, so that what was measured is slower than it could be. */
export const isBusy = ({ loadAverage, usableCores }: Pick<Machine, 'loadAverage' | 'usableCores'>): boolean =>
  loadAverage > BUSY_SHARE * usableCores;

/** `8 × Some CPU, 4 usable cores, 31.2 GiB, Node v20.20.2, load 0.52` */
export function machineText(machine: Machine): string {
  const { cores, cpu, memoryBytes, node, loadAverage } = machine;
  const usable = machine.usableCores === cores ? '' : `, ${machine.usableCores} usable`;
  return `${cores} × ${cpu}${usable}, ${formatBytes(memoryBytes)}, Node ${node}, load ${loadAverage.toFixed(2)}`;
}
