import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import type { Fault, Seam } from './seam.js';

/** Where a worker finds what it shares with the test. */
export const SHARED = 'srgan-test-engine-faults';

/** Numbers that the test and the workers share. */
export const AT = { calls: 0, failing: 1, kind: 2, failed: 3 } as const;

export const ENGINE_FAULTS: readonly Fault[] = [
  'the engine throws',
  'the engine gives NaN',
  'the worker ends',
].map((title) => ({ title, done: 'nothing' }));

/** Runs of networks, in whatever worker. While the seam is open, new workers begin with engine-worker.ts. */
export function openEngineSeam(): Seam {
  const shared = new Int32Array(new SharedArrayBuffer(16));
  const { Worker } = threads;
  const url = new URL('./engine-worker.js', import.meta.url);
  threads.setEnvironmentData(SHARED, shared);
  threads.Worker = class extends Worker {
    constructor(_: unknown, options: ConstructorParameters<typeof Worker>[1]) {
      super(url, options);
    }
  };
  syncBuiltinESMExports();

  return {
    arm(call, fault) {
      shared.fill(0);
      shared[AT.failing] = call;
      shared[AT.kind] = ENGINE_FAULTS.indexOf(fault);
    },
    disarm() {
      const [calls = 0] = shared;
      const failed = shared[AT.failed] === 1 ? 'run' : undefined;
      shared.fill(0);
      return { calls, failed };
    },
    close() {
      threads.Worker = Worker;
      threads.setEnvironmentData(SHARED, undefined);
      syncBuiltinESMExports();
    },
  };
}
