import { readdirSync } from 'node:fs';
import { prepareEngine, openEngine } from '../../../src/network/engines/select.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { randomValues, seeded } from '../../helpers/random.js';

/**
 * One tile on the tfjs engine, in a process of its own; prints what it ran on, its values, and how many threads
 * the process has. Arguments: BACKEND THREADS, where BACKEND is '' for the one that loads
 */

export interface OneTile {
  readonly note: string | undefined;
  readonly workers: number;
  readonly values: readonly number[];
  /** Linux only. */
  readonly threads: number | undefined;
}

const [backend, threads] = process.argv.slice(2);
const tfjs = (['node', 'wasm'] as const).find((known) => known === backend);
const prepared = await prepareEngine({ engine: 'tfjs', device: 'cpu', tfjs }, Number(threads));
const engine = await openEngine(prepared.settings);
const network = await engine.load(await openNetworks(prepared.settings).load('esrgan-slim', 2));
const values = await network.run(randomValues(seeded(1), 3 * 64 * 48, 0, 255), 64, 48);
await network.dispose();
const result: OneTile = {
  note: prepared.note,
  workers: prepared.workers.threads,
  values: [...values],
  threads: process.platform === 'linux' ? readdirSync('/proc/self/task').length : undefined,
};
console.log(JSON.stringify(result));
