import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { readFileSync, readlinkSync } from '../files/fs.js';

/** Where process numbers mean something; of a file on shared storage, whether they do here. */
export interface Identity {
  /** The host name and, on Linux, /etc/machine-id and the process namespace of a container. 8 hex digits. */
  readonly machine: string;
  /** Of Linux the boot; the same for all elsewhere. 8 hex digits. */
  readonly life: string;
  /** The system is told apart from all others, whatever they call themselves: with another life it is its past. */
  readonly isKnown: boolean;
}

export interface Facts {
  readonly host: string;
  /** Each undefined where the system has none. */
  readonly machineId: string | undefined;
  readonly boot: string | undefined;
  readonly namespace: string | undefined;
}

/** Of the namespace that a system begins with, on every Linux: include/linux/proc_ns.h, PROC_PID_INIT_INO. */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/** Containers may share a host name and a machine-id, with each other and with those that they replace. */
export function identityOf({ host, machineId, boot, namespace }: Facts): Identity {
  return {
    machine: digest(host, machineId, namespace),
    life: digest(boot),
    isKnown: machineId !== undefined && boot !== undefined && namespace === FIRST_NAMESPACE,
  };
}

function facts(): Facts {
  const isLinux = process.platform === 'linux';
  const text = (file: string) => (isLinux ? readOr(() => readFileSync(file, 'latin1').trim()) : undefined);
  return {
    host: hostname(),
    machineId: text('/etc/machine-id'),
    boot: text('/proc/sys/kernel/random/boot_id'),
    namespace: isLinux ? readOr(() => readlinkSync('/proc/self/ns/pid')) : undefined,
  };
}

function readOr(read: () => string): string | undefined {
  try {
    return read() || undefined;
  } catch {
    return undefined;
  }
}

function digest(...parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}

/** Of this process. */
export const IDENTITY = identityOf(facts());
