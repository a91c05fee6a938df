import v8 from 'node:v8';
import vm from 'node:vm';

/** Collecting takes some 5 to 30 ms; so much is filled in seconds. */
const DUE_BYTES = 128 * 2 ** 20;

/**
 * Collects garbage in this thread once enough shared memory has been let go. The runtime does not count shared
 * memory towards the need for a collection, and every thread that has seen a buffer holds it until its own:
 * twenty images of 12 megapixels held 3.5 GB.
 */
export function openCollector(): (letGoBytes: number) => void {
  let dueBytes = 0;
  let collect: (() => void) | undefined;
  return (letGoBytes) => {
    dueBytes += letGoBytes;
    if (dueBytes < DUE_BYTES) return;
    dueBytes = 0;
    collect ??= garbageCollector();
    collect();
  };
}

function garbageCollector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}
