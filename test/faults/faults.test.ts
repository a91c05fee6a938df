import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import test from 'ava';
import sharp from 'sharp';
import type { PipeOptions } from '../../src/index.js';
import { draw, pipelineOf, save } from '../helpers/images.js';
import { THOROUGH } from '../helpers/thorough.js';
import { makeTree } from '../helpers/tree.js';
import { ENGINE_FAULTS, openEngineSeam } from './engine-seam.js';
import { DECODER_FAULT, DISK_FAULTS, openDecoderSeam, openDiskSeam, type Fault, type Seam } from './seam.js';
import { tryAll, type Scenario } from './trials.js';

async function saveImages(directory: string, count: number): Promise<void> {
  const of = (seed: number, channels: 3 | 4) =>
    pipelineOf(draw({ widthPx: 12, heightPx: 9, seed, channels }));
  const images = [
    ['in/sub/c.webp', of(3, 4).webp({ lossless: true })],
    ['in/a.png', of(1, 3).png()],
    ['in/b.jpg', of(2, 3).jpeg()],
  ] as const;
  for (const [name, image] of images.slice(0, count)) await save(join(directory, name), image);
}

interface Case extends Pick<Scenario, 'again' | 'inTurn' | 'takenUp'> {
  readonly title: string;
  readonly open: (directory: string) => Seam | Promise<Seam>;
  readonly faults: readonly Fault[];
  readonly options: Partial<PipeOptions>;
  readonly images?: number;
}

/** Of images: the calls grow with them, and two, one of them below a directory, come by every kind of call. */
const FEW = THOROUGH ? 3 : 2;

const resized = { engine: 'resize', scale: 2, threads: 2 } as const;
const copied = { engine: 'resize', scale: 1, threads: 2 } as const;

const CASES: readonly Case[] = [
  {
    title: 'the disk, images that are copied, with a journal',
    open: openDiskSeam,
    faults: DISK_FAULTS,
    // every fault at every call, or one at each
    inTurn: !THOROUGH,
    images: 2,
    options: copied,
    again: 'resume',
  },
  {
    title: 'the disk, images that are copied, without a journal',
    open: openDiskSeam,
    faults: DISK_FAULTS,
    inTurn: true,
    images: FEW,
    options: copied,
    again: 'skipExisting',
  },
  {
    title: 'the disk, images that are upscaled',
    open: openDiskSeam,
    faults: DISK_FAULTS,
    inTurn: true,
    images: FEW,
    options: resized,
    again: 'resume',
  },
  {
    title: 'the disk, a run that is taken up and finds one result damaged and one missing',
    open: openDiskSeam,
    faults: DISK_FAULTS,
    inTurn: true,
    images: FEW,
    options: copied,
    again: 'resume',
    takenUp: true,
  },
  {
    title: 'the disk, images larger than the memory for them',
    open: openDiskSeam,
    faults: DISK_FAULTS,
    inTurn: true,
    images: 1,
    // not one image fits, so that each goes by way of the disk
    options: { ...resized, maxMemory: 2 ** 20, format: 'tiff' },
    again: 'resume',
  },
  {
    title: 'the decoder and encoder',
    open: openDecoderSeam,
    faults: [DECODER_FAULT],
    options: resized,
    again: 'resume',
  },
  {
    title: 'the engine, resampling',
    open: openEngineSeam,
    faults: ENGINE_FAULTS,
    inTurn: true,
    options: { ...resized, tile: 8 },
    again: 'resume',
  },
  {
    title: 'the engine, esrgan-slim',
    open: openEngineSeam,
    faults: ENGINE_FAULTS,
    inTurn: true,
    options: { threads: 2 },
    again: 'resume',
  },
];

// a program that keeps libvips' cache keeps files open by it; what is looked for here is what srgan leaves open
sharp.cache(false);

for (const { title, open, faults, inTurn, takenUp, options, again, images = 3 } of CASES) {
  test.serial(`every call fails once: ${title}`, async (t) => {
    const directory = await makeTree(t, ['in/sub/']);
    await saveImages(directory, images);
    const seam = await open(directory);
    t.teardown(() => seam.close());
    const inputs = [join(directory, 'in')];
    const scenario = { seam, faults, inTurn, takenUp, directory, options: { ...options, inputs }, again };
    const { tried, broken } = await tryAll(scenario);
    t.log(`${tried} faults tried, ${broken.length} promises broken`);
    t.deepEqual(broken, []);
    if (process.platform === 'linux') t.deepEqual(await filesOpenBelow(directory), []);
  });
}

/** proc(5): what this process has open. */
async function filesOpenBelow(directory: string): Promise<string[]> {
  const fds = await readdir('/proc/self/fd');
  const targets = await Promise.all(fds.map((fd) => readlink(join('/proc/self/fd', fd)).catch(() => '')));
  return targets.filter((target) => target.startsWith(directory));
}
