import { Worker } from 'node:worker_threads';
import { SrganError } from '../../../system/errors.js';
import type { Chunk } from './patches.js';
import type { PatchAnswer, PatchOrder, PatchWorkerSetup } from './patch-worker.js';

/** Chunks of patches from a worker thread, some ahead of the one that is taken. */
export interface PatchSource {
  /** @throws SrganError E_DECODE, E_WORKER_LOST */
  take(chunk: number): Promise<Chunk>;
  close(): Promise<void>;
}

const AHEAD = 3;

export function openPatches(setup: PatchWorkerSetup): PatchSource {
  const worker = new Worker(new URL('./patch-worker.js', import.meta.url), {
    workerData: setup,
    execArgv: [],
    name: 'srgan patches',
  });
  const waiting = new Map<number, PromiseWithResolvers>();
  let lost: SrganError | undefined;

  const fail = (error: SrganError) => {
    lost ??= error;
    for (const { reject } of waiting.values()) reject(error);
  };
  worker.on('error', (cause) =>
    fail(new SrganError('E_WORKER_LOST', 'The thread that cuts patches failed.', { cause })),
  );
  worker.on('exit', () => fail(new SrganError('E_WORKER_LOST', 'The thread that cuts patches ended.')));
  worker.on('message', (answer: PatchAnswer) => {
    const promise = waiting.get(answer.chunk);
    if (!promise) return;
    if ('failure' in answer) promise.reject(new SrganError('E_DECODE', answer.failure.sentence));
    else promise.resolve(answer);
  });

  const order = (chunk: number) => {
    if (waiting.has(chunk)) return;
    waiting.set(chunk, withResolvers());
    worker.postMessage({ chunk } satisfies PatchOrder);
  };
  return {
    async take(chunk) {
      if (lost) throw lost;
      for (let next = chunk; next <= chunk + AHEAD; next++) order(next);
      for (const old of waiting.keys()) if (old < chunk) waiting.delete(old);
      return (waiting.get(chunk) as PromiseWithResolvers).promise;
    },
    async close() {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}

interface PromiseWithResolvers {
  readonly promise: Promise<Chunk>;
  readonly resolve: (chunk: Chunk) => void;
  readonly reject: (error: SrganError) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: PromiseWithResolvers['resolve'] = () => undefined;
  let reject: PromiseWithResolvers['reject'] = () => undefined;
  const promise = new Promise<Chunk>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // a chunk that was ordered ahead may fail before anybody waits for it
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
