import { parentPort, workerData } from 'node:worker_threads';
import { SrganError } from '../../../system/errors.js';
import { loadPicture, type PlannedPicture } from '../training-pictures.js';
import { cutChunk, type PatchSettings, openWindow } from './patches.js';
import type { Rgb } from '../resample.js';

export interface PatchWorkerSetup {
  readonly pictures: readonly PlannedPicture[];
  readonly maxBytes: number;
  readonly settings: PatchSettings;
}

export interface PatchOrder {
  readonly chunk: number;
}

export type PatchAnswer =
  | {
      readonly chunk: number;
      readonly small: Uint8Array<ArrayBuffer>;
      readonly large: Uint8Array<ArrayBuffer>;
    }
  | { readonly chunk: number; readonly failure: { readonly sentence: string } };

if (!parentPort) throw new SrganError('E_INTERNAL', 'The patch worker was not started as a worker thread.');
const port = parentPort;
const { pictures, maxBytes, settings } = workerData as PatchWorkerSetup;
const windowAt = openWindow(pictures, maxBytes, settings.seed);
/** Undefined: it cannot be decoded. */
const held = new Map<number, Rgb | undefined>();

let previous = Promise.resolve();
port.on('message', ({ chunk }: PatchOrder) => {
  previous = previous.then(() => answer(chunk));
});

async function answer(chunk: number): Promise<void> {
  try {
    const { small, large } = await cutChunk(await picturesOf(chunk), chunk, settings);
    port.postMessage({ chunk, small, large } satisfies PatchAnswer, [small.buffer, large.buffer]);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    port.postMessage({ chunk, failure: { sentence } } satisfies PatchAnswer);
  }
}

async function picturesOf(chunk: number): Promise<Rgb[]> {
  const wanted = windowAt(chunk);
  const keep = new Set(wanted);
  for (const index of held.keys()) if (!keep.has(index)) held.delete(index);
  for (const index of wanted) {
    const picture = pictures[index];
    // a file that turns out to be damaged is left out; the others are enough
    if (picture && !held.has(index)) held.set(index, await loadPicture(picture).catch(() => undefined));
  }
  const loaded = wanted.flatMap((index) => held.get(index) ?? []);
  if (loaded.length === 0) throw new SrganError('E_DECODE', 'None of the pictures can be decoded.');
  return loaded;
}
