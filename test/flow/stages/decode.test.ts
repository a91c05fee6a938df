import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { SrganError } from '../../../src/system/errors.js';
import type { DecodedImage } from '../../../src/contract/job.js';
import { decode, readHeader } from '../../../src/flow/stages/decode.js';
import { openTicket } from '../../../src/flow/ticket.js';
import { distance, draw, pipelineOf, pixelAt, samplesOf, save, turnedJpeg } from '../../helpers/images.js';
import { jobOf, sourceOf } from '../../helpers/job.js';
import { seeded } from '../../helpers/random.js';
import { roundTrip, runOf } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

async function decoded(path: string): Promise<DecodedImage & { warnings: readonly string[] }> {
  const trip = await roundTrip(path, { format: 'png' });
  if (!('pixels' in trip.decoded)) throw new Error('no pixels');
  return { ...trip.decoded, warnings: trip.warnings };
}

for (const channels of [1, 2, 3, 4] as const) {
  for (const bits of [8, 16] as const) {
    test(`${channels} channels of ${bits} bits keep their samples`, async (t) => {
      const picture = draw({ channels, bits, alpha: 'opaque' });
      const directory = await temporaryDirectory(t);
      for (const image of [pipelineOf(picture).png(), pipelineOf(picture).tiff({ compression: 'deflate' })]) {
        const { pixels } = await decoded(await save(join(directory, 'a'), image));
        t.is(pixels.channels, channels);
        t.is(pixels.data.BYTES_PER_ELEMENT, bits / 8);
        t.true(pixels.data.buffer instanceof SharedArrayBuffer);
        t.deepEqual(distance(pixels.data, picture.data), { max: 0, mean: 0 });
      }
    });
  }
}

test('orientation is applied once and not carried', async (t) => {
  const picture = draw({ widthPx: 40, heightPx: 24 });
  const path = join(await temporaryDirectory(t), 'a.jpg');
  for (let orientation = 1; orientation <= 8; orientation++) {
    await writeFile(path, await turnedJpeg(picture, orientation));
    t.is((await sharp(path).metadata()).orientation, orientation);
    const { pixels, carried } = await decoded(path);
    t.deepEqual([pixels.widthPx, pixels.pageHeightPx], [40, 24]);
    t.true(distance(pixels.data, picture.data).mean < 2, `orientation ${orientation}`);
    const { bytes } = await roundTrip(path, { format: 'jpeg' });
    t.is((await sharp(bytes).metadata()).orientation ?? 1, 1);
    t.truthy(carried.exif);
  }
});

test('the pages of a lying animation are turned one by one', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.webp');
  const picture = draw({ pages: 3, widthPx: 20, heightPx: 12, noise: 0 });
  const still = pipelineOf(picture).withMetadata({ orientation: 6 });
  await save(path, still.webp({ lossless: true, delay: [50, 60, 70] }));
  const { pixels } = await decoded(path);
  t.deepEqual([pixels.widthPx, pixels.pageHeightPx, pixels.pages], [12, 20, 3]);
  for (let page = 0; page < 3; page++) {
    const alone = await sharp(path, { page, autoOrient: true }).raw().toBuffer();
    t.is(distance(pixels.data.subarray(page * 720, page * 720 + 720), alone).max, 0, `page ${page}`);
  }
});

test('a profile changes no value and travels along; CMYK becomes sRGB', async (t) => {
  const directory = await temporaryDirectory(t);
  const wide = await save(join(directory, 'p3.png'), pipelineOf(draw()).withIccProfile('p3').png());
  const p3 = await decoded(wide);
  t.is(distance(p3.pixels.data, (await samplesOf(wide)).data).max, 0);
  t.true(p3.carried.icc!.equals((await sharp(wide).metadata()).icc!));

  const picture = draw({ noise: 0 });
  for (const profile of ['cmyk', undefined]) {
    const cmyk = pipelineOf(picture).toColourspace('cmyk');
    const tagged = profile ? cmyk.withIccProfile(profile) : cmyk;
    const path = await save(
      join(directory, 'cmyk.jpg'),
      tagged.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    );
    t.is((await sharp(path).metadata()).space, 'cmyk');
    const { pixels, carried } = await decoded(path);
    t.is(pixels.channels, 3);
    t.is(carried.icc, undefined);
    t.true(
      distance(pixels.data, picture.data).mean < 12,
      `${profile}: ${distance(pixels.data, picture.data).mean}`,
    );
  }
});

test('palettes and few bits are spread out', async (t) => {
  const directory = await temporaryDirectory(t);
  const flat = draw({ noise: 0 });
  const few = await save(
    join(directory, 'palette.png'),
    pipelineOf(flat).png({ palette: true, colours: 16 }),
  );
  const palette = await decoded(few);
  t.deepEqual([palette.pixels.channels, palette.carried.palette], [3, true]);
  const black = Uint8Array.from({ length: 16 * 8 }, (_, i) => ((i >> 2) % 2) * 255);
  const raster = { data: black, widthPx: 16, heightPx: 8, channels: 1, pages: 1 } as const;
  const bit = await save(
    join(directory, 'bit.tif'),
    pipelineOf(raster).tiff({ bitdepth: 1, compression: 'none' }),
  );
  const { pixels } = await decoded(bit);
  t.is(pixels.channels, 1);
  t.deepEqual([...pixels.data], [...black]);
  const gif = await decoded(await save(join(directory, 'a.gif'), pipelineOf(flat).gif()));
  t.true(gif.carried.palette);
});

test('white of a 10-bit AVIF is white, and opaque is opaque', async (t) => {
  const picture = draw({ bits: 16, channels: 4 });
  picture.data.fill(65535);
  const path = join(await temporaryDirectory(t), 'a.avif');
  await save(path, pipelineOf(picture).avif({ bitdepth: 10, quality: 100 }));
  const { pixels } = await decoded(path);
  t.is(pixels.data.BYTES_PER_ELEMENT, 2);
  t.true(pixels.data.every((sample) => sample === 65535));
});

test('what is invisible takes the colour of what is seen beside it', async (t) => {
  const picture = draw({ channels: 4, alpha: 'hard', widthPx: 30, heightPx: 30 });
  for (let i = 0; i < picture.data.length; i += 4) {
    picture.data.set(picture.data[i + 3]! > 0 ? [200, 40, 10] : [0, 255, 255], i);
  }
  const { pixels } = await decoded(
    await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(picture).png()),
  );
  for (let i = 0; i < pixels.data.length; i += 4) {
    t.deepEqual([...pixels.data.subarray(i, i + 3)], [200, 40, 10]);
    if (pixels.data[i + 3] !== picture.data[i + 3]) t.fail('alpha changed');
  }
});

const MAKERS: Record<string, () => Promise<Buffer>> = {
  png: () => pipelineOf(draw()).png().toBuffer(),
  jpeg: () => pipelineOf(draw()).jpeg().toBuffer(),
  'progressive jpeg': () => pipelineOf(draw()).jpeg({ progressive: true }).toBuffer(),
  webp: () => pipelineOf(draw()).webp().toBuffer(),
  'lossless webp': () => pipelineOf(draw()).webp({ lossless: true }).toBuffer(),
  avif: () => pipelineOf(draw()).avif().toBuffer(),
  'tiff lzw': () => pipelineOf(draw()).tiff({ compression: 'lzw' }).toBuffer(),
  'tiff deflate': () => pipelineOf(draw()).tiff({ compression: 'deflate' }).toBuffer(),
  'tiff raw': () => pipelineOf(draw()).tiff({ compression: 'none' }).toBuffer(),
  'animated gif': () =>
    pipelineOf(draw({ pages: 3 }))
      .gif()
      .toBuffer(),
  'animated webp': () =>
    pipelineOf(draw({ pages: 3 }))
      .webp()
      .toBuffer(),
};

for (const [name, make] of Object.entries(MAKERS)) {
  test(`a cut ${name} is E_TRUNCATED wherever it was cut`, async (t) => {
    const path = join(await temporaryDirectory(t), 'a');
    const whole = await make();
    await writeFile(path, whole);
    await t.notThrowsAsync(roundTrip(path));
    for (const share of [0.1, 0.4, 0.7, 0.95, 0.999]) {
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * share)));
      const error = await t.throwsAsync(roundTrip(path), { instanceOf: SrganError }, `${share}`);
      t.is(error.code, 'E_TRUNCATED', `${share}: ${String(error.cause)}`);
    }
  });
}

test('damage is an error with a plain sentence or goes unnoticed by the format, never a crash', async (t) => {
  const path = join(await temporaryDirectory(t), 'a');
  const random = seeded(5);
  const failed: Record<string, number> = {};
  for (const [name, make] of Object.entries(MAKERS)) {
    const whole = await make();
    failed[name] = 0;
    for (let round = 0; round < 25; round++) {
      const damaged = Buffer.from(whole);
      for (let i = 0; i < 4; i++) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      await writeFile(path, damaged);
      const result = await roundTrip(path, {}, { maxPixels: 1e5 }).catch((error: unknown) => error);
      if (!(result instanceof Error)) continue;
      failed[name]++;
      t.true(result instanceof SrganError, String(result.stack));
      t.regex(result.message, /^\S+: [^\n]+\.$/);
    }
  }
  // formats with checksums notice everything
  t.is(failed.png, 25);
});

// decoders of other images may talk in between
test.serial('an oddity that does no harm is a warning', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.jpg');
  const jpeg = await pipelineOf(draw()).jpeg().toBuffer();
  const odd = Buffer.from(jpeg);
  const scan = odd.indexOf(Buffer.from([0xff, 0xda]));
  const spectralEnd = scan + 2 + odd.readUInt16BE(scan + 2) - 2;
  t.is(odd[spectralEnd], 63);
  odd[spectralEnd] = 0;
  await writeFile(path, odd);
  const { warnings, pixels } = await decoded(path);
  t.is(warnings.length, 1);
  t.regex(warnings[0]!, /without harm to the pixels: .*Invalid SOS parameters/);
  t.is(distance(pixels.data, await sharp(jpeg).raw().toBuffer()).max, 0);
  await writeFile(path, Buffer.concat([jpeg, Buffer.from('trailing')]));
  t.deepEqual((await decoded(path)).warnings, []);
});

async function attempt(t: ExecutionContext, signal?: AbortSignal) {
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(draw()).png());
  const run = await runOf({}, { signal });
  const header = await readHeader(path, run.settings);
  const job = jobOf('out.png', { source: sourceOf(path), header, predictedBytes: 2 ** 27 });
  return { run, job, path };
}

test('memory is taken before and given back at the end', async (t) => {
  const { run, job } = await attempt(t);
  const tickets = [openTicket(job.source), openTicket(job.source), openTicket(job.source)] as const;
  const work = decode(run);
  await Promise.all([work(job, tickets[0]), work(job, tickets[1])]);
  t.is(run.budget.usedBytes, 2 ** 28);
  let admitted = false;
  const third = work(job, tickets[2]).then(() => (admitted = true));
  await work({ ...job, action: 'copy' }, openTicket(job.source));
  t.false(admitted, 'the budget is full');
  tickets[0].release();
  await third;
  tickets[1].release();
  tickets[2].release();
  t.deepEqual([run.budget.usedBytes, run.budget.peakBytes, run.lent()], [0, 2 ** 28, 0]);
});

test('an interrupted run decodes nothing more', async (t) => {
  const stop = new AbortController();
  const { run, job } = await attempt(t, stop.signal);
  const hold = await run.budget.take(2 ** 28);
  const ticket = openTicket(job.source);
  const waiting = decode(run)(job, ticket);
  stop.abort(new Error('enough'));
  await t.throwsAsync(waiting, { code: 'E_CANCELLED' });
  ticket.release();
  hold();
  t.deepEqual([run.budget.usedBytes, run.lent()], [0, 0]);
});

test('a file that changed since it was planned is not taken', async (t) => {
  const { run, job, path } = await attempt(t);
  await save(path, pipelineOf(draw({ widthPx: 500, heightPx: 500 })).png());
  const ticket = openTicket(job.source);
  await t.throwsAsync(decode(run)(job, ticket), {
    code: 'E_READ',
    message: /changed while it was being read/,
  });
  ticket.release();
});

test('kinds of samples that no file of ours can hold are refused by name', async (t) => {
  const path = join(await temporaryDirectory(t), 'float.tif');
  const floats = Float32Array.from({ length: 64 }, (_, i) => i / 64);
  const raw = { width: 8, height: 8, channels: 1 } as const;
  await save(
    path,
    sharp(floats, { raw }).toColourspace('b-w').tiff({ predictor: 'float', compression: 'deflate' }),
  );
  const error = await t.throwsAsync(roundTrip(path), { code: 'E_UNSUPPORTED' });
  t.regex(error.message, /: has 1 colour channels of type float, which is not supported\.$/);
  t.truthy(await readFile(path));
});

test('a single pixel goes through', async (t) => {
  const raster = { data: Uint8Array.of(9, 8, 7), widthPx: 1, heightPx: 1, channels: 3, pages: 1 } as const;
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(raster).png());
  const { bytes } = await roundTrip(path, { factor: 3 });
  t.deepEqual(pixelAt(await samplesOf(bytes), 2, 2), [9, 8, 7]);
});
