import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Summary } from '../../src/index.js';
import { runArm } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, table } from './print.js';

/** Peak RSS of 4 workers against one image at a time: at most twice as much. */
export async function threadsMemory(): Promise<void> {
  const rows = [['50 images', 'sequential MB', '4 workers MB', 'ratio']];
  const sets = { 'of 256×256': [[50, 256, 256]], 'of 64×64 to 2000×2000': MIXED } as const;
  for (const [name, sizes] of Object.entries(sets)) {
    const directory = await mixedDirectory(sizes);
    try {
      const peak = async (options: object) => {
        const args = [directory, JSON.stringify(options)];
        const { summary } = await runArm({ name: JSON.stringify(options), script: 'flow', args });
        return (summary as Summary).peakRssBytes / 1e6;
      };
      const sequential = await peak({ sequential: true });
      const parallel = await peak({ threads: 4 });
      rows.push([name, sequential.toFixed(0), parallel.toFixed(0), (parallel / sequential).toFixed(2)]);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
  heading('memory of 4 workers, esrgan-slim x2, one run each');
  table(rows);
}

const MIXED = [
  [12, 64, 64],
  [12, 256, 256],
  [10, 480, 320],
  [8, 640, 480],
  [5, 1024, 768],
  [2, 1600, 1200],
  [1, 2000, 2000],
] as const;

async function mixedDirectory(sizes: readonly (readonly [number, number, number])[]): Promise<string> {
  const [first, ...others] = sizes;
  const directory = await imageDirectory(...first!);
  for (const [count, width, height] of others) {
    const more = await imageDirectory(count, width, height);
    for (const name of await readdir(more)) {
      await rename(join(more, name), join(directory, `${width}x${height}-${name}`));
    }
    await rm(dirname(more), { recursive: true });
  }
  return directory;
}
