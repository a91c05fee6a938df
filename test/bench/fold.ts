import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { alternate, runArm, spread, type Figures, type Spread } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const rounds = 3;

/** Files to files with folding against without it, and against onnxruntime alone on whole images. */
export async function fold(): Promise<void> {
  for (const [count, side] of [
    [12, 256],
    [3, 1024],
  ] as const) {
    const directory = await imageDirectory(count, side, side);
    try {
      for (const scale of [2, 4]) await compare(directory, scale, `${count} images of ${side}×${side}`);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
}

async function compare(directory: string, scale: number, images: string): Promise<void> {
  const flow = (threads: number, folds: boolean) => ({
    name: `flow, ${folds ? 'folded' : '--no-fold'}, ${workers(threads)}`,
    script: 'flow',
    args: [directory, JSON.stringify({ threads, scale, fold: folds })],
  });
  const bare = (threads: number) => ({
    name: `onnxruntime alone, whole images, ${threads} thread${threads > 1 ? 's' : ''}`,
    script: 'bare',
    args: [directory, 'esrgan-slim', `${scale}`, `${threads}`],
  });
  const arms = [1, 2].flatMap((threads) => [flow(threads, true), flow(threads, false), bare(threads)]);
  const figures = await alternate(arms, rounds);

  heading(`esrgan-slim x${scale}, ${images}, ${rounds} rounds, median (min..max)`);
  table([
    ['arm', 'input Mpx/s', 'peak RSS MB'],
    ...figures.map((arm) => [arm.name, range(arm.mpxPerSecond, 3), range(arm.peakRssMb, 0)]),
  ]);
  table([
    ['ratio of seconds per pixel', ''],
    ...[1, 2].flatMap((threads, i) => {
      const [folded, plain, alone] = figures.slice(3 * i) as [Figures, Figures, Figures];
      return [
        [`--no-fold : folded, ${workers(threads)}`, range(perPixel(plain, folded))],
        [`onnxruntime alone : folded, ${workers(threads)}`, range(perPixel(alone, folded))],
      ];
    }),
  ]);
  const args = [directory, 'esrgan-slim', `${scale}`];
  const { values, different, largest } = await runArm({ name: 'difference', script: 'difference', args });
  const share = ((100 * Number(different)) / Number(values)).toFixed(4);
  console.log(
    `${share} % of the values differ from those of the unfolded whole image, by ${String(largest)} at most`,
  );
}

const workers = (threads: number) => `${threads} worker${threads > 1 ? 's' : ''}`;

/** The arm without a flow leaves its first image, the warm-up, out of the count. */
function perPixel(slow: Figures, quick: Figures): Spread {
  return spread(
    slow.runs.map((run, round) => {
      const other = quick.runs[round]!;
      return run.seconds / run.inputMpx / (other.seconds / other.inputMpx);
    }),
  );
}
