import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { pipe, type Outcome, type PipeOptions } from '../../src/index.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>',
);

// this process stands for a program that uses sharp for itself, in its own way
sharp.cache({ memory: 60, files: 7, items: 33 });
sharp.concurrency(3);

const settings = () => {
  const { memory, files, items } = sharp.cache();
  return { memory: memory.max, files: files.max, items: items.max, concurrency: sharp.concurrency() };
};

async function run(cwd: string, name: string, options: Partial<PipeOptions> = {}): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  await pipe({
    inputs: [join(cwd, name)],
    out: join(cwd, 'out'),
    engine: 'resize',
    overwrite: true,
    onOutcome: (outcome) => void outcomes.push(outcome),
    ...options,
  });
  return outcomes[0]!;
}

async function save(cwd: string, name: string, colour: string, sidePx = 60, orientation = 1): Promise<void> {
  const image = sharp({ create: { width: sidePx, height: sidePx, channels: 3, background: colour } });
  await writeFile(join(cwd, name), await image.withMetadata({ orientation }).jpeg().toBuffer());
}

async function firstPixel(t: ExecutionContext, file: string): Promise<string> {
  const [red = 0, , blue = 0] = await sharp(file).raw().toBuffer();
  t.true(Math.abs(red - blue) > 200);
  return red > blue ? 'red' : 'blue';
}

test.serial('after a run the host’s sharp is as it was: its settings, and what it can open', async (t) => {
  const cwd = await temporaryDirectory(t);
  const before = settings();
  t.deepEqual(before, { memory: 60, files: 7, items: 33, concurrency: 3 });
  await save(cwd, 'a.jpg', 'red');
  await save(cwd, 'large.jpg', 'red', 900);
  t.is((await run(cwd, 'a.jpg')).status, 'done');
  // by way of the disk
  t.is((await run(cwd, 'large.jpg', { maxMemory: 4_000_000 })).status, 'done');
  t.deepEqual(settings(), before);
  t.is((await sharp(SVG).metadata()).format, 'svg');
  t.is((await sharp(SVG).png().toBuffer({ resolveWithObject: true })).info.width, 20);
});

test.serial('what is of no kind that is read comes to no decoder, whatever its name', async (t) => {
  const cwd = await temporaryDirectory(t);
  const heifFirst = Buffer.concat([Buffer.from('    ftypavif'), SVG]);
  for (const [name, bytes] of [
    ['a.svg', SVG],
    ['a.png', SVG],
    ['a.avif', heifFirst],
    ['short.png', Buffer.from('P6')],
  ] as const) {
    await writeFile(join(cwd, name), bytes);
    t.like(await run(cwd, name), { status: 'failed', code: 'E_UNSUPPORTED' }, name);
  }
});

test.serial(
  'a source that changed between two runs is read anew, though the host keeps operations',
  async (t) => {
    const cwd = await temporaryDirectory(t);
    for (const orientation of [1, 6]) {
      for (const colour of ['red', 'blue']) {
        await save(cwd, 'a.jpg', colour, 60, orientation);
        t.is((await run(cwd, 'a.jpg')).status, 'done');
        t.is(await firstPixel(t, join(cwd, 'out', 'a.jpg')), colour);
      }
    }
  },
);
