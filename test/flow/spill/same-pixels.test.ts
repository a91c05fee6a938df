import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { pipe, type Outcome, type PipeOptions } from '../../../src/index.js';
import {
  distance,
  draw,
  pipelineOf,
  samplesOf,
  save,
  turnedJpeg,
  type Drawing,
  type Raster,
} from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { THOROUGH } from '../../helpers/thorough.js';

/** The least that there is: everything is larger, and an image of 277 rows is worked off in several bands. */
const LITTLE = 2 ** 20;
const MUCH = 2 ** 28;

interface Trial {
  readonly outcome: Outcome;
  readonly bytes: Buffer;
}

/** The result of one image in memory, and by way of the disk, which leaves nothing but it behind. */
async function bothWays(
  t: ExecutionContext,
  source: string,
  options: Partial<PipeOptions> = {},
): Promise<{ whole: Trial; spilled: Trial }> {
  const run = async (name: string, maxMemory: number): Promise<Trial> => {
    const out = join(await temporaryDirectory(t), name);
    const outcomes: Outcome[] = [];
    const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
    const defaults = { engine: 'resize', tile: 64, threads: 2 } as const;
    await pipe({ inputs: [source], out, maxMemory, onOutcome, ...defaults, ...options });
    const [outcome] = outcomes;
    if (outcome?.dst === undefined || outcome.error) throw outcome?.error ?? new Error('no result');
    t.is(outcome.spilled, maxMemory === LITTLE);
    t.is((await readdir(out)).length, 1);
    return { outcome, bytes: await readFile(outcome.dst) };
  };
  const whole = await run('whole', MUCH);
  const spilled = await run('spilled', LITTLE);
  t.deepEqual(spilled.outcome.warnings, whole.outcome.warnings);
  t.is(spilled.outcome.outputBytes, spilled.bytes.length);
  return { whole, spilled };
}

/** Colours as they are seen: weighted by alpha. */
function seen({ data, channels }: Raster): number[] {
  const white = data instanceof Uint16Array ? 65535 : 255;
  const values = [...data];
  if (channels % 2 === 1) return values;
  return values.map((value, i) => {
    const last = i - (i % channels) + channels - 1;
    return i === last ? value : (value * values[last]!) / white;
  });
}

const drawn = async (t: ExecutionContext, drawing: Drawing) =>
  save(
    join(await temporaryDirectory(t), 'a.png'),
    pipelineOf(draw({ widthPx: 131, heightPx: 277, ...drawing })).png(),
  );

for (const channels of [1, 2, 3, 4] as const) {
  // each count of channels, each depth with alpha and without
  for (const bits of THOROUGH ? ([8, 16] as const) : ([channels === 1 || channels === 4 ? 16 : 8] as const)) {
    test.serial(`${channels} channels of ${bits} bits: the very same file`, async (t) => {
      const { whole, spilled } = await bothWays(t, await drawn(t, { channels, bits }), { scale: 3 });
      t.true(spilled.bytes.equals(whole.bytes));
    });

    test.serial(
      `${channels} channels of ${bits} bits at a size of its own: the same, to 4 of 65535`,
      async (t) => {
        const source = await drawn(t, { channels, bits });
        const { whole, spilled } = await bothWays(t, source, { scale: 1.7 });
        const [a, b] = [await samplesOf(whole.bytes), await samplesOf(spilled.bytes)];
        t.deepEqual([b.widthPx, b.heightPx], [223, 471]);
        const far = distance(seen(a), seen(b)).max;
        t.true(bits === 16 ? far < 4 : far === 0, `${far}`);
      },
    );
  }
}

for (const format of ['png', 'jpeg', 'webp', 'tiff', 'gif', 'avif'] as const) {
  test.serial(`with profile, EXIF, XMP and density into ${format}: the very same file`, async (t) => {
    const path = join(await temporaryDirectory(t), 'a.jpg');
    const exif = { IFD0: { Make: 'Kamera', Copyright: 'Ute' } };
    const image = pipelineOf(draw({ widthPx: 120, heightPx: 230 }))
      .withIccProfile('p3')
      .withExif(exif);
    await save(path, image.withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').withDensity(300).jpeg());
    const { whole, spilled } = await bothWays(t, path, { format });
    t.true(spilled.bytes.equals(whole.bytes));
  });
}

test.serial('a quickly written png', async (t) => {
  for (const [channels, bits, scale] of [
    [3, 8, 2],
    [4, 16, 2],
    [1, 8, 1.5],
  ] as const) {
    const { whole, spilled } = await bothWays(t, await drawn(t, { channels, bits }), {
      fastPng: true,
      scale,
    });
    t.true(spilled.bytes.equals(whole.bytes), `${channels} × ${bits}`);
  }
});

test.serial('alpha into every format that has it, and flattened where there is none', async (t) => {
  const source = await drawn(t, { channels: 4, alpha: 'hard' });
  for (const format of ['jpeg', 'webp', 'tiff', 'gif', 'avif'] as const) {
    const { whole, spilled } = await bothWays(t, source, { format });
    t.true(spilled.bytes.equals(whole.bytes), format);
  }
});

test.serial('an image that lies: each orientation comes out upright', async (t) => {
  const directory = await temporaryDirectory(t);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const path = join(directory, `${orientation}.jpg`);
    await writeFile(path, await turnedJpeg(draw({ widthPx: 123, heightPx: 211 }), orientation));
    const { whole, spilled } = await bothWays(t, path, { format: 'png' });
    t.true(spilled.bytes.equals(whole.bytes), `orientation ${orientation}`);
  }
});

test.serial('pages and frames, with and without a size of their own', async (t) => {
  const directory = await temporaryDirectory(t);
  const picture = draw({ widthPx: 61, heightPx: 83, pages: 5, channels: 4, alpha: 'hard' });
  const tiff = await save(join(directory, 'a.tif'), pipelineOf(picture).tiff());
  const gif = await save(
    join(directory, 'b.gif'),
    pipelineOf(picture).gif({ delay: [70, 80, 90, 100, 110] }),
  );
  for (const [source, format] of [
    [tiff, 'tiff'],
    [tiff, 'png'],
    [gif, 'gif'],
    [gif, 'webp'],
  ] as const) {
    for (const scale of [2, 1.5]) {
      const { whole, spilled } = await bothWays(t, source, { format, scale });
      t.true(spilled.bytes.equals(whole.bytes), `${source} into ${format} × ${scale}`);
    }
  }
  t.is((await sharp((await bothWays(t, tiff)).spilled.bytes, { pages: -1 }).metadata()).pages, 5);
});

test.serial('no pass, one pass and two passes', async (t) => {
  const source = await drawn(t, { widthPx: 101, heightPx: 207 });
  for (const scale of [0.4, 8]) {
    const { whole, spilled } = await bothWays(t, source, { scale });
    t.true(spilled.bytes.equals(whole.bytes), `× ${scale}`);
  }
  const { whole, spilled } = await bothWays(t, await drawn(t, { widthPx: 50, heightPx: 99 }), { scale: 16 });
  t.deepEqual(whole.outcome.passes, [8, 2]);
  t.true(spilled.bytes.equals(whole.bytes));
});

test.serial('a network with a wide receptive field: the very same file', async (t) => {
  const source = await drawn(t, { channels: 4 });
  const { whole, spilled } = await bothWays(t, source, { engine: 'onnx', scale: 2 });
  t.true(spilled.bytes.equals(whole.bytes));
});

test.serial('a source that has the size is copied past the memory', async (t) => {
  const source = await drawn(t, { widthPx: 101, heightPx: 207 });
  const { spilled } = await bothWays(t, source, { scale: 1 });
  t.is(spilled.outcome.status, 'copied');
  t.true(spilled.bytes.equals(await readFile(source)));
});
