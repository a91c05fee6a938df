import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runArm } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, table } from './print.js';

/** Peak RSS against the number of images: it must not grow with it. */
export async function memory(): Promise<void> {
  const rows = [['images', 'input Mpx/s', 'peak RSS MB']];
  for (const [width, height, counts] of [
    [1024, 1024, [20, 200]],
    [4000, 3000, [4, 20]],
  ] as const) {
    for (const count of counts) {
      const directory = await imageDirectory(count, width, height);
      try {
        const args = [directory, JSON.stringify({ threads: 2 })];
        const { inputMpx, seconds, peakRssBytes } = await runArm({ name: 'flow', script: 'flow', args });
        rows.push([
          `${count} of ${width}×${height}`,
          (inputMpx / seconds).toFixed(3),
          (peakRssBytes / 1e6).toFixed(0),
        ]);
      } finally {
        await rm(dirname(directory), { recursive: true, force: true });
      }
    }
  }
  heading('memory, esrgan-slim x2, 2 workers');
  table(rows);
}
