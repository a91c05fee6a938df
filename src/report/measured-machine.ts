import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import process from 'node:process';
import { usableCores, usableMemoryBytes } from '../system/machine.js';
import { formatBytes } from '../system/measures.js';

/** Facts about the machine that a measurement must state. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** The cores that CPU affinity and quotas allow. */
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

/** A load above this share of the cores counts as other work. */
const BUSY_SHARE = 0.25;

/** Returns whether other work was running, which makes measurements too slow. */
export const isBusy = ({ loadAverage, usableCores }: Pick<Machine, 'loadAverage' | 'usableCores'>): boolean =>
  loadAverage > BUSY_SHARE * usableCores;

/** Returns `8 × Some CPU, 4 usable cores, 31.2 GiB, Node v20.20.2, load 0.52`. */
export function machineText(machine: Machine): string {
  const { cores, cpu, memoryBytes, node, loadAverage } = machine;
  const usable = machine.usableCores === cores ? '' : `, ${machine.usableCores} usable`;
  return `${cores} × ${cpu}${usable}, ${formatBytes(memoryBytes)}, Node ${node}, load ${loadAverage.toFixed(2)}`;
}
