import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spread, type Spread } from '../../src/flow/measured-runs/timed-run.js';
import { TFJS_NODE } from '../../src/network/engines/tfjs-runtime.js';
import type { PipeOptions } from '../../src/index.js';
import { usableCores } from '../../src/system/machine.js';
import { locatePackage } from '../../src/network/models/file/packages.js';
import { alternate, runArm, type Arm, type Figures } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const rounds = 3;

const CASES: readonly (readonly [model: string, scale: number, count: number, sidePx: number])[] = [
  ['esrgan-slim', 2, 400, 64],
  ['esrgan-slim', 2, 80, 256],
  ['esrgan-slim', 2, 4, 1024],
  ['esrgan-slim', 3, 40, 256],
  ['esrgan-slim', 4, 40, 256],
  ['esrgan-slim', 4, 3, 1024],
  ['esrgan-slim', 8, 12, 256],
  ['esrgan-medium', 2, 8, 256],
  ['esrgan-medium', 2, 2, 1024],
  ['esrgan-medium', 4, 6, 256],
  ['esrgan-thick', 2, 4, 128],
  ['esrgan-thick', 4, 3, 128],
];

/**
 * So many images that start-up, some 0.7 s, does not decide. Files to files against what others make of the same networks: onnxruntime's inference alone on the published
 * network and whole images, and the flow on TensorFlow.js. For each network and size.
 */
export async function peers(): Promise<void> {
  const cores = await usableCores();
  const threads = [...new Set([1, cores])];
  const tfjs = (await locatePackage(TFJS_NODE)) === undefined ? 'WebAssembly' : 'tfjs-node';
  for (const [model, scale, count, sidePx] of CASES) {
    const directory = await imageDirectory(count, sidePx, sidePx);
    const flow = (name: string, options: Partial<PipeOptions>): Arm => ({
      name: `srgan, files to files, ${name}`,
      script: 'flow',
      args: [directory, JSON.stringify({ model, scale, ...options })],
    });
    try {
      const ours = threads.map((each) => flow(workers(each), { threads: each }));
      const alone = threads.map((each): Arm => ({
        name: `onnxruntime alone, ${each} thread${each > 1 ? 's' : ''}`,
        script: 'bare',
        args: [directory, model, `${scale}`, `${each}`],
      }));
      const unfolded = flow(`--no-fold, ${workers(cores)}`, { threads: cores, fold: false });
      const onTfjs = flow(`--engine tfjs (${tfjs}), ${cores} cores`, { threads: cores, engine: 'tfjs' });
      const figures = await alternate([...ours, ...alone, unfolded, onTfjs], rounds);

      heading(`${model} x${scale}, ${count} images of ${sidePx}², ${rounds} rounds, median (min..max)`);
      const best = figures[threads.length - 1] as Figures;
      table([
        ['arm', 'input Mpx/s', 'peak RSS MB', `times as long as srgan on ${workers(cores)}`],
        ...figures.map((arm) => [
          arm.name,
          range(arm.mpxPerSecond, 3),
          range(arm.peakRssMb, 0),
          range(perPixel(arm, best)),
        ]),
      ]);
      const args = [directory, model, `${scale}`];
      const { values, different, largest } = await runArm({ name: 'difference', script: 'difference', args });
      const share = ((100 * Number(different)) / Number(values)).toFixed(4);
      console.log(
        `${share} % of the values differ from those of the unfolded whole image, by ${String(largest)} at most`,
      );
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
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
