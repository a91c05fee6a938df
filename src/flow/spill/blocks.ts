import type { SpilledPixels } from '../../contract/job.js';
import { blocksOf, rowBytes, rowsOf, samplesIn } from './layout.js';
import { withSamples } from './sample-file.js';

type Samples = Uint8Array | Uint16Array;

/**
 * Goes through all samples, some rows at a time.
 * @param visit stops by returning false
 */
export async function eachBlock(spilled: SpilledPixels, visit: (samples: Samples) => boolean): Promise<void> {
  await withSamples(spilled, 'r', async (file) => {
    const bytes = rowBytes(spilled);
    for (const { row, rows } of blocksOf(rowsOf(spilled), bytes)) {
      const block = new Uint8Array(rows * bytes);
      await file.read(row, block);
      if (!visit(samplesIn(block, spilled.bits))) return;
    }
  });
}

/** Changes all samples in place, some rows at a time. */
export async function changeBlocks(
  spilled: SpilledPixels,
  change: (samples: Samples) => void,
): Promise<void> {
  await withSamples(spilled, 'r+', async (file) => {
    const bytes = rowBytes(spilled);
    for (const { row, rows } of blocksOf(rowsOf(spilled), bytes)) {
      const block = new Uint8Array(rows * bytes);
      await file.read(row, block);
      change(samplesIn(block, spilled.bits));
      await file.write(row, block);
    }
  });
}
