import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '../../src/flow/measured-runs/scene.js';

/** A directory of `count` PNG files that look like photographs. The caller removes its parent. */
export async function imageDirectory(count: number, widthPx: number, heightPx: number): Promise<string> {
  const directory = join(await mkdtemp(join(tmpdir(), 'srgan-bench-')), 'in');
  await writeImages(directory, { count, widthPx, heightPx, seed: 1 });
  return directory;
}
