import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spread } from '../../src/flow/measured-runs/spread.js';
import { alternate, runArm, type Measured } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const NETWORKS = [
  ['esrgan-slim', 2],
  ['esrgan-slim', 3],
  ['esrgan-slim', 4],
  ['esrgan-slim', 8],
  ['esrgan-medium', 2],
  ['esrgan-medium', 4],
] as const;

const TILE_ROUNDS = 11;
const FLOW_ROUNDS = 3;

interface Tiles {
  readonly times: { readonly fp32: readonly number[]; readonly int8: readonly number[] };
  readonly psnrDb: number;
  readonly prepareMs: number;
  readonly sidePx: number;
}

/** `--precision int8` against fp32: tiles off the border one by one, then files to files, where those at the border are fp32 in both. */
export async function int8(): Promise<void> {
  console.log(`VNNI: ${(await hasVnni()) ? 'yes' : 'no'}`);
  await innerTiles();
  for (const [model, factor, side] of [
    ['esrgan-slim', 2, 2048],
    ['esrgan-medium', 2, 1024],
  ] as const) {
    const directory = await imageDirectory(1, side, side);
    try {
      await wholeFlow(directory, model, factor, side);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
}

async function innerTiles(): Promise<void> {
  heading(`tiles off the border, one thread, ${TILE_ROUNDS} pairs in turn, CPU seconds, median (min..max)`);
  const rows = [['network', 'tile px', 'fp32 ms', 'int8 ms', 'fp32 : int8', 'PSNR dB', 'prepared, CPU ms']];
  for (const [model, factor] of NETWORKS) {
    const args = [model, String(factor), String(TILE_ROUNDS)];
    const measured = await runArm({ name: `${model} x${factor}`, script: 'inner-tiles', args });
    const { times, psnrDb, prepareMs, sidePx } = measured as unknown as Tiles;
    const ms = (seconds: readonly number[]) => spread(seconds.map((one) => one * 1000));
    const ratios = spread(times.fp32.map((one, round) => one / times.int8[round]!));
    rows.push([
      `${model} x${factor}`,
      String(sidePx),
      range(ms(times.fp32), 0),
      range(ms(times.int8), 0),
      range(ratios),
      psnrDb.toFixed(1),
      prepareMs.toFixed(0),
    ]);
  }
  table(rows);
}

async function wholeFlow(directory: string, model: string, factor: number, side: number): Promise<void> {
  const arm = (precision: string) => ({
    name: precision,
    script: 'flow',
    args: [directory, JSON.stringify({ model, scale: factor, threads: 1, precision })],
  });
  const figures = await alternate([arm('fp32'), arm('int8')], FLOW_ROUNDS);
  const [fp32, inIntegers] = figures;
  heading(
    `${model} x${factor}, files to files, an image of ${side}×${side}, 1 worker, ${FLOW_ROUNDS} rounds, median (min..max)`,
  );
  table([
    ['precision', 'input Mpx/s', 'CPU s', 'peak RSS MB'],
    ...figures.map(({ name, mpxPerSecond, peakRssMb, runs }) => [
      name,
      range(mpxPerSecond, 3),
      range(spread(runs.map(cpuSecondsOf))),
      range(peakRssMb, 0),
    ]),
  ]);
  const ratios = fp32!.runs.map((run, round) => cpuSecondsOf(run) / cpuSecondsOf(inIntegers!.runs[round]!));
  console.log(`CPU seconds of fp32 : int8, start-up and calibration included: ${range(spread(ratios))}`);
}

const cpuSecondsOf = ({ cpuSeconds }: Measured) => cpuSeconds as number;

async function hasVnni(): Promise<boolean> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return /\bavx(?:512)?_vnni\b/.test(text);
}
