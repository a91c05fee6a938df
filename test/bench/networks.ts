import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { spread, type Spread } from '../../src/flow/measured-runs/spread.js';
import type { Pixels } from '../../src/contract/job.js';
import { usableCores } from '../../src/system/machine.js';
import { openNetworks } from '../../src/network/models/networks.js';
import { createBuffers } from '../../src/network/workers/buffers.js';
import { openTilePool } from '../../src/network/workers/pool.js';
import { blankPixels } from '../helpers/pixels.js';
import { requestOf } from '../helpers/tile-pool.js';
import { pythonPath, wheel } from '../helpers/wheels.js';
import { WHEEL_NETWORKS, type WheelNetwork } from '../network/models/ncnn/networks.js';
import { levelsApart, runNcnn } from '../network/models/ncnn/run-ncnn.js';
import { runArm, type Measured } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const rounds = 3;
/** Falls back to onnxruntime for networks that the kernels do not run. */
const settings = { engine: 'native', device: 'cpu' } as const;
const REFERENCE = resolve('..', 'shared', 'reference');

/** Input Mpx/s of srgan-rust and rusty_sr themselves: two cores, whole process, one image of 128 × 128. */
const RSR_SPEED = {
  'srgan-natural-x4': 0.0051,
  'srgan-anime-x4': 0.0051,
  'rusty-imagenet-x3': 0.0155,
  'rusty-anime-x3': 0.0155,
} as const;

/** Networks that others run: how far ours is from their programs, and how quick both and plain onnxruntime are. */
export async function networks(): Promise<void> {
  const rows = [...(await ncnnRows()), ...(await rsrRows())];
  heading(`Networks of other programs, pixels to pixels, all cores, ${rounds} rounds, median (min..max)`);
  table([
    [
      'network',
      'levels apart',
      '% differ',
      'input Mpx/s, one image at a time',
      'two at once, as in a folder',
      'the same in onnxruntime',
      'onnxruntime, unfolded',
      'their program',
      'times theirs',
      'peak RSS MB',
    ],
    ...rows,
  ]);
}

async function ncnnRows(): Promise<string[][]> {
  const packages = await pythonPath('ncnn', 'numpy');
  if ('missing' in packages) {
    console.log(packages.missing);
    return [];
  }
  const rows: string[][] = [];
  for (const network of WHEEL_NETWORKS) {
    const files = await wheel(network.wheel);
    if ('missing' in files) console.log(files.missing);
    else
      rows.push(await ncnnRow(join(files.directory, `${network.path}.param`), network, packages.directory));
  }
  return rows;
}

async function ncnnRow(file: string, network: WheelNetwork, packages: string): Promise<string[]> {
  const loaded = await load(file);
  // the dearest take a second for such a small image
  const [widthPx, heightPx] = loaded.macsPerPixel > 3e6 ? [64, 64] : [256, 192];
  return withImages(widthPx, heightPx, async (directory) => {
    const pixels = await read(join(directory, '00000.png'));
    const theirs = () => runNcnn(packages, file, network, pixels, 3);
    const { planes } = await theirs();
    const { most, share } = levelsApart(planes, await upscaled(loaded, pixels));
    const timed = await inTurn(directory, file, loaded.factor, async () => {
      return (widthPx * heightPx) / 1e6 / (await theirs()).seconds;
    });
    return [network.path.split('/').slice(2).join('/'), String(most), share, ...timed];
  });
}

async function rsrRows(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [name, theirs] of Object.entries(RSR_SPEED)) {
    const file = join(REFERENCE, `${name}.rsr`);
    if (!existsSync(file)) {
      console.log(`${name}: the reference is not beside the project`);
      continue;
    }
    const loaded = await load(file);
    const [pixels, expected] = [
      await read(join(REFERENCE, 'input-128x128.png')),
      await read(join(REFERENCE, `${name}-input-128x128.png`)),
    ];
    const planes = new Float32Array(expected.data.length);
    expected.data.forEach((value, i) => {
      planes[(i % 3) * (planes.length / 3) + Math.floor(i / 3)] = value / 255;
    });
    const { most, share } = levelsApart(planes, await upscaled(loaded, pixels));
    rows.push(
      await withImages(128, 128, async (directory) => {
        const timed = await inTurn(directory, file, loaded.factor, () => Promise.resolve(theirs));
        return [`${name}.rsr`, String(most), share, ...timed];
      }),
    );
  }
  return rows;
}

/** Speeds of ours, of plain onnxruntime and of their program, and the memory of ours. */
async function inTurn(
  directory: string,
  file: string,
  factor: number,
  theirSpeed: () => Promise<number>,
): Promise<string[]> {
  const args = [directory, file, String(factor), String(await usableCores())];
  const ours: Measured[] = [];
  const [single, onnx, alone, theirs]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < rounds; round += 1) {
    single.push(
      speedOf(await runArm({ name: 'one by one', script: 'tiles', args: [...args, '0', '1', 'native'] })),
    );
    ours.push(await runArm({ name: 'two at once', script: 'tiles', args: [...args, '0', '2', 'native'] }));
    onnx.push(
      speedOf(
        await runArm({ name: 'two at once, onnx', script: 'tiles', args: [...args, '0', '2', 'onnx'] }),
      ),
    );
    alone.push(speedOf(await runArm({ name: 'onnxruntime', script: 'bare', args })));
    theirs.push(await theirSpeed());
  }
  const own = ours.map(speedOf);
  return [
    speeds(spread(single)),
    speeds(spread(own)),
    speeds(spread(onnx)),
    speeds(spread(alone)),
    speeds(spread(theirs)),
    range(spread(own.map((speed, round) => speed / (theirs[round] ?? 0)))),
    range(spread(ours.map(({ peakRssBytes }) => peakRssBytes / 1e6)), 0),
  ];
}

const speedOf = ({ inputMpx, seconds }: Measured) => inputMpx / seconds;
const speeds = (values: Spread) => range(values, 4);

async function load(file: string) {
  const opened = openNetworks(settings);
  const { defaultFactor } = await opened.describe(file);
  return opened.load(file, defaultFactor);
}

async function upscaled(network: Awaited<ReturnType<typeof load>>, pixels: Pixels): Promise<Pixels['data']> {
  const pool = openTilePool({ threads: await usableCores() }, settings, createBuffers(2 ** 26));
  try {
    return (await pool.upscale(requestOf({ network, pixels }))).data;
  } finally {
    await pool.close();
  }
}

async function read(file: string): Promise<Pixels> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = blankPixels({ widthPx: info.width, heightPx: info.height });
  pixels.data.set(data);
  return pixels;
}

async function withImages<T>(widthPx: number, heightPx: number, use: (directory: string) => Promise<T>) {
  const directory = await imageDirectory(4, widthPx, heightPx);
  try {
    return await use(directory);
  } finally {
    await rm(dirname(directory), { recursive: true, force: true });
  }
}
