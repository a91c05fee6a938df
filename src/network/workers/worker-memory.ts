import { channel } from 'node:diagnostics_channel';
import { getHeapStatistics } from 'node:v8';

/** What the JavaScript of one thread holds. */
export interface ThreadMemory {
  /** Used part of the heap. */
  readonly heapBytes: number;
  /** Outside of the heap for its objects, such as pixels and tiles. */
  readonly externalBytes: number;
}

/** Published on `workerMemory` after each tile. */
export interface WorkerMemory extends ThreadMemory {
  readonly thread: number;
}

/** Costs nothing while nobody subscribes; for profilers. Workers that start before the first subscriber stay silent. */
export const workerMemory = channel('srgan:worker-memory');

/** Of the thread that asks. */
export function ownMemory(): ThreadMemory {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return { heapBytes, externalBytes };
}
