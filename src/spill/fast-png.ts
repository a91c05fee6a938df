import { open } from 'node:fs/promises';
import { fastPng, type Rows } from '../codec/fast-png.js';
import type { SpilledPixels, TempFile } from '../job.js';
import { blocksOf, rowBytes, samplesIn } from './layout.js';
import { withSamples, type SampleFile } from './sample-file.js';
import { writeAll } from './write-all.js';

/** The first page of samples on disk as a PNG file, quickly. */
export async function fastPngSpilled(spilled: SpilledPixels, target: TempFile): Promise<void> {
  const { widthPx, pageHeightPx: heightPx, channels, bits } = spilled;
  const file = await open(target.path, 'wx');
  try {
    await withSamples(spilled, 'r', async (samples) => {
      let at = 0;
      for await (const part of fastPng({ widthPx, heightPx, channels, bits }, rowsOf(samples, spilled))) {
        await writeAll(file, part, at);
        at += part.length;
      }
    });
  } finally {
    await file.close();
  }
}

async function* rowsOf(samples: SampleFile, spilled: SpilledPixels): AsyncGenerator<Rows> {
  const bytes = rowBytes(spilled);
  for (const { row, rows } of blocksOf(spilled.pageHeightPx, bytes)) {
    const block = new Uint8Array(rows * bytes);
    await samples.read(row, block);
    yield samplesIn(block, spilled.bits);
  }
}
