import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { readFileSync, readlinkSync } from './files/fs.js';

/** Identifies the system in which a process id is valid, for files on shared storage. */
export interface Identity {
  /** Hash of the host name and, on Linux, of /etc/machine-id and the PID namespace. 8 hex digits. */
  readonly machine: string;
  /** Hash of the boot id on Linux; constant elsewhere. 8 hex digits. */
  readonly life: string;
  /** True if `machine` is certainly unique: the same machine with another `life` is then an earlier boot. */
  readonly isKnown: boolean;
}

export interface Facts {
  readonly host: string;
  /** These are undefined if the system has none. */
  readonly machineId: string | undefined;
  readonly boot: string | undefined;
  readonly namespace: string | undefined;
}

/** The initial PID namespace of every Linux system: include/linux/proc_ns.h, PROC_PID_INIT_INO. */
const INITIAL_NAMESPACE = 'pid:[4026531836]';

/** Hashes the facts. Containers may share a host name and a machine-id with each other and with their successors. */
export function identityOf({ host, machineId, boot, namespace }: Facts): Identity {
  return {
    machine: digest(host, machineId, namespace),
    life: digest(boot),
    isKnown: machineId !== undefined && boot !== undefined && namespace === INITIAL_NAMESPACE,
  };
}

function readFacts(): Facts {
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

/** The identity of the system this process runs in. */
export const IDENTITY = identityOf(readFacts());

/** Returns whether a process with this id is running on this machine. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Returns whether a Linux process has ended but was not reaped (proc(5), field 3 of stat). In a container whose
 * init does not reap, zombies stay forever.
 */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name in parentheses, field 2, may contain anything
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
