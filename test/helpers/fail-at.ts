/**
 * Loaded before the program by `node --import`: some calls of the file system fail with a code of the system, by
 * the end of the path that they name, as often as is stated.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

export interface Fault {
  readonly call: 'link' | 'rename' | 'stat' | 'open';
  /** Of a path that it names. */
  readonly ending: string;
  readonly code: string;
  readonly times: number;
}

type Call = (...args: unknown[]) => Promise<unknown>;

for (const fault of JSON.parse(process.env.TEST_FAULTS ?? '[]') as Fault[]) {
  const calls = fs as unknown as Record<Fault['call'], Call>;
  const real = calls[fault.call];
  let left = fault.times;
  calls[fault.call] = async (...args) => {
    const isNamed = args.some((arg) => typeof arg === 'string' && arg.endsWith(fault.ending));
    if (left > 0 && isNamed) {
      left -= 1;
      throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
