import process from 'node:process';
import { getEnvironmentData } from 'node:worker_threads';
import { InferenceSession } from 'onnxruntime-node';
import type { Network } from '../../src/contract/engine.js';
import { resizeEngine } from '../../src/network/engines/resize-engine.js';
import { AT, SHARED } from './engine-seam.js';

/** The real worker, but for the run of a network that is to fail. */

const shared = getEnvironmentData(SHARED) as unknown as Int32Array<SharedArrayBuffer>;

/** What the run is to do in place of its work. */
function fault(): 'throw' | 'nan' | undefined {
  const call = Atomics.add(shared, AT.calls, 1) + 1;
  if (call !== Atomics.load(shared, AT.failing)) return undefined;
  Atomics.store(shared, AT.failed, 1);
  const kind = Atomics.load(shared, AT.kind);
  if (kind === 2) process.exit(7);
  return kind === 1 ? 'nan' : 'throw';
}

// the engine is an object, so that its method can be replaced
const load = resizeEngine.load.bind(resizeEngine);
(resizeEngine as { load: typeof load }).load = async (file) => {
  const network = await load(file);
  const run: Network['run'] = async (...args) => {
    const wrong = fault();
    if (wrong === 'throw') throw new Error('made to fail by a test');
    const values = await network.run(...args);
    return wrong === 'nan' ? values.fill(NaN) : values;
  };
  return { ...network, run };
};

interface Session {
  run(inputs: unknown, outputs: Record<string, { data: Float32Array }>): Promise<unknown>;
}
const { prototype } = InferenceSession as unknown as { prototype: Session };
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this`
const { run } = prototype;
prototype.run = async function (inputs, outputs) {
  const wrong = fault();
  if (wrong === 'throw') throw new Error('made to fail by a test');
  const results = await run.call(this, inputs, outputs);
  if (wrong === 'nan') for (const { data } of Object.values(outputs)) data.fill(NaN);
  return results;
};

await import('../../src/network/workers/worker.js');
