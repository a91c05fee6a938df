import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomValues, seeded } from './random.js';

/** Writes STEM.param and STEM.bin: one convolution and a shuffle, with weights that differ by the seed. */
export async function writeTinyNetwork(stem: string, { factor = 2, seed = 1 } = {}): Promise<string> {
  const channels = 3 * factor ** 2;
  const param = `7767517
3 3
Input in 0 1 data
Convolution only 1 1 data a 0=${channels} 1=3 4=1 5=1 6=${channels * 27}
PixelShuffle up 1 1 a output 0=${factor}
`;
  const weights = randomValues(seeded(seed), channels * 28, -0.2, 0.2);
  await mkdir(path.dirname(stem), { recursive: true });
  await writeFile(`${stem}.param`, param);
  await writeFile(`${stem}.bin`, Buffer.concat([Buffer.alloc(4), Buffer.from(weights.buffer)]));
  return `${stem}.param`;
}
