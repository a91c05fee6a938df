import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spread, type Spread } from '../../src/flow/measured-runs/timed-run.js';
import { alternate, ratio, type Figures } from './alternate.js';
import { imageDirectory } from './images.js';
import type { Summary } from '../../src/index.js';
import { heading, range, table } from './print.js';

const rounds = 5;

/** Whole flow against inference alone; 2 workers against 1; tiles against whole images. */
export async function overhead(): Promise<void> {
  for (const [count, side] of [
    [40, 256],
    [4, 1024],
  ] as const) {
    const directory = await imageDirectory(count, side, side);
    try {
      const flow = (threads: number) => [directory, JSON.stringify({ threads })];
      const alone = (threads: number) => [directory, 'esrgan-slim', '2', String(threads)];
      const [pipe1, pipe2, tiles1, tiles2, bare1, bare2] = (await alternate(
        [
          { name: 'flow, files to files, 1 worker', script: 'flow', args: flow(1) },
          { name: 'flow, files to files, 2 workers', script: 'flow', args: flow(2) },
          { name: 'tiles, pixels to pixels, 1 worker', script: 'tiles', args: alone(1) },
          { name: 'tiles, pixels to pixels, 2 workers', script: 'tiles', args: alone(2) },
          { name: 'onnxruntime alone, whole images, 1 thread', script: 'bare', args: alone(1) },
          { name: 'onnxruntime alone, whole images, 2 threads', script: 'bare', args: alone(2) },
        ],
        rounds,
      )) as [Figures, Figures, Figures, Figures, Figures, Figures];
      heading(`esrgan-slim x2, ${count} images of ${side}×${side}, ${rounds} rounds, median (min..max)`);
      table([
        ['arm', 'input Mpx/s', 'peak RSS MB'],
        ...[pipe1, pipe2, tiles1, tiles2, bare1, bare2].map((arm) => [
          arm.name,
          range(arm.mpxPerSecond, 3),
          range(arm.peakRssMb, 0),
        ]),
      ]);
      table([
        ['ratio of seconds', ''],
        ['flow, 2 workers : onnxruntime alone, 2 threads', range(perMpx(pipe2, bare2))],
        ['flow, 1 worker : onnxruntime alone, 1 thread', range(perMpx(pipe1, bare1))],
        ['tiles, 2 workers : onnxruntime alone, 2 threads', range(perMpx(tiles2, bare2))],
        ['tiles, 1 worker : onnxruntime alone, 1 thread', range(perMpx(tiles1, bare1))],
        ['flow : its own time in the network, 1 worker', range(overInference(pipe1))],
        ['flow : its own time in the network, 2 workers', range(overInference(pipe2))],
        ['1 worker : 2 workers', range(ratio(pipe1, pipe2))],
      ]);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
}

/** Seconds per input pixel: the bare arm leaves its first image, the warm-up, out of the count. */
function perMpx(a: Figures, b: Figures): Spread {
  return spread(
    a.runs.map((run, round) => {
      const other = b.runs[round]!;
      return run.seconds / run.inputMpx / (other.seconds / other.inputMpx);
    }),
  );
}

/** Elapsed time over the time that each worker spent inside the network. */
function overInference({ runs }: Figures): Spread {
  return spread(
    runs.map((run) => {
      const { elapsedMs, ms, threads } = run['summary'] as Summary;
      return (elapsedMs * threads) / ms.infer;
    }),
  );
}
