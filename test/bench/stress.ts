import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../src/index.js';
import { saveMixed } from '../helpers/mixed-images.js';
import { runArm } from './alternate.js';
import { heading, table } from './print.js';

const count = 1200;
const SIZES = [
  [64, 64],
  [128, 96],
  [256, 256],
  [480, 320],
  [640, 480],
] as const;

/** Over a thousand images of real sizes and many formats, some broken: what became of them, and of the memory. */
export async function stress(): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  try {
    const directory = join(parent, 'in');
    const { good, corrupt, twins } = await saveMixed(directory, count, SIZES);
    const options = { threads: 2, format: 'png' };
    const args = [directory, JSON.stringify(options)];
    const { seconds, inputMpx, summary } = await runArm({ name: 'flow', script: 'flow', args });
    const { counts, peakRssBytes, buffers } = summary as Summary;
    heading(`stress, ${count} mixed images of 64×64 to 640×480, esrgan-slim x2, 2 workers`);
    table([
      ['', 'expected', 'came'],
      ['done', String(good.length), String(counts.done)],
      ['failed', String(corrupt.length + twins.length), String(counts.failed)],
      ['seconds', '', seconds.toFixed(1)],
      ['input Mpx/s', '', (inputMpx / seconds).toFixed(3)],
      ['peak RSS MB', '', (peakRssBytes / 1e6).toFixed(0)],
      ['buffers reused', '', `${buffers.reused} of ${buffers.taken}`],
    ]);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
