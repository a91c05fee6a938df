import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const rounds = 7;

/**
 * What profile-memory costs the command that it watches: the same pipe run with and without it, in turn. Its own
 * start, and the reports that it writes after the end, are told apart.
 */
export async function profile(): Promise<void> {
  const directory = await imageDirectory(40, 256, 256);
  const parent = dirname(directory);
  const pipe = ['pipe', directory, join(parent, 'out'), '--threads', '2', '--overwrite', '-q'];
  const arms = [pipe, ['profile-memory', '--json', '--out-dir', join(parent, 'memory'), ...pipe]];
  const seconds = arms.map((): number[] => []);
  const apart: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // each arm is first in every second round
      for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const startMs = performance.now();
        const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/run.js', ...arms[i]!], {
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(`exit ${status}\n${stderr}`);
        const all = (performance.now() - startMs) / 1000;
        const own = i === 0 ? all : (JSON.parse(stdout) as { durationMs: number }).durationMs / 1000;
        seconds[i]!.push(own);
        if (i === 1) apart.push(all - own);
      }
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
  heading(
    `profile-memory, 40 images of 256×256, esrgan-slim x2, 2 workers, ${rounds} rounds, median (min..max)`,
  );
  table([
    ['', 'seconds'],
    ['pipe', range(spread(seconds[0]!))],
    ['pipe, watched by profile-memory', range(spread(seconds[1]!))],
    ['ratio, round by round', range(spread(seconds[1]!.map((s, i) => s / seconds[0]![i]!)), 3)],
    ['start and reports of profile-memory, seconds', range(spread(apart))],
  ]);
}
