import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { pngFrames } from '../../../src/pixels/codec/png/animated-png.js';
import { inspect } from '../../../src/pixels/codec/inspect.js';
import { readPixels } from '../../../src/pixels/codec/read-pixels.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { ffmpeg, filmTest, frames, picture } from '../../helpers/films.js';
import { roundTrip } from '../../helpers/run.js';
import { seeded } from '../../helpers/random.js';
import { makeTree } from '../../helpers/tree.js';

const read = async (path: string) =>
  (await readPixels(path, await inspect(path), createBuffers(0), () => undefined)).pixels;

test('an animated PNG without its frames is read as a still image, with a warning', async (t) => {
  const dir = await makeTree(t);
  const still = await sharp({ create: { width: 6, height: 5, channels: 3, background: '#369' } })
    .png()
    .toBuffer();
  await writeFile(join(dir, 'still.png'), still);
  const afterHeader = 8 + 25;
  const animated = [
    still.subarray(0, afterHeader),
    chunk('acTL', [0, 0, 0, 3, 0, 0, 0, 0]),
    still.subarray(afterHeader),
  ];
  await writeFile(join(dir, 'animated.png'), Buffer.concat(animated));
  t.is(pngFrames(join(dir, 'still.png')), 1);
  t.is(pngFrames(join(dir, 'animated.png')), 3);
  t.deepEqual((await roundTrip(join(dir, 'still.png'), { format: 'png' })).warnings, []);
  const { warnings } = await roundTrip(join(dir, 'animated.png'), { format: 'png' });
  t.deepEqual(warnings, [
    'Only the still image was read, since the 3 frames are turned, too large or do not fit together.',
  ]);
});

/** Frames with every way of disposing and blending, partly transparent, some with less than the whole picture. */
async function makeApng(seed: number, bits: 8 | 16, plays: number): Promise<Buffer> {
  const next = seeded(seed);
  const [width, height] = [16, 12];
  const number = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const parts: Buffer[] = [];
  let sequence = 0;
  const count = 8;
  for (let frame = 0; frame < count; frame += 1) {
    const across = frame === 0 ? width : 1 + Math.floor(next() * width);
    const down = frame === 0 ? height : 1 + Math.floor(next() * height);
    const [x, y] = [Math.floor(next() * (width - across + 1)), Math.floor(next() * (height - down + 1))];
    const samples = Array.from({ length: across * down * 4 }, (_, at) =>
      at % 4 === 3 ? [0, 255, Math.floor(next() * 256)][Math.floor(next() * 3)]! : Math.floor(next() * 256),
    );
    const png = await sharp(Uint8Array.from(samples), { raw: { width: across, height: down, channels: 4 } })
      .toColourspace(bits === 16 ? 'rgb16' : 'srgb')
      .png()
      .toBuffer();
    const [head, data] = [partOf(png, 'IHDR'), partOf(png, 'IDAT')];
    if (frame === 0) parts.push(chunk('IHDR', head), chunk('acTL', [...number(count), ...number(plays)]));
    const place = [across, down, x, y].flatMap(number);
    const how = [0, 40 + frame, 0, 100, frame % 3, Math.floor(frame / 3) % 2];
    parts.push(chunk('fcTL', [...number(sequence++), ...place, ...how]));
    parts.push(frame === 0 ? chunk('IDAT', data) : chunk('fdAT', [...number(sequence++), ...data]));
  }
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...parts, chunk('IEND', [])]);
}

filmTest('frames are put together as ffmpeg does it, and those of 16 bits as those of 8', async (t, cwd) => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const file = join(cwd, 'a.png');
    await writeFile(file, await makeApng(seed, 8, 3));
    const pixels = await read(file);
    t.like(pixels, { widthPx: 16, pageHeightPx: 12, pages: 8, channels: 4 });
    await ffmpeg(cwd, '-f', 'apng', '-i', 'a.png', '-fps_mode', 'passthrough', '-c:v', 'ffv1', 'a.mkv');
    const theirs = await frames(join(cwd, 'a.mkv'), 'rgba');
    t.true(apart(theirs, pixels.data, 1) <= 2, `seed ${seed}: ${apart(theirs, pixels.data, 1)} levels`);
    await writeFile(file, await makeApng(seed, 16, 3));
    const deep = await read(file);
    t.true(
      apart(deep.data, pixels.data, 257) <= 2,
      `seed ${seed}: ${apart(deep.data, pixels.data, 257)} levels`,
    );
  }
});

/** Levels of 8 bits as they are seen: what is transparent may have any colour. */
function apart(one: ArrayLike<number>, other: ArrayLike<number>, level: number): number {
  if (one.length !== other.length) return Infinity;
  let most = 0;
  for (let at = 0; at < one.length; at += 1) {
    const difference = Math.abs(one[at]! / level - other[at]!);
    const alpha = at % 4 === 3 ? 1 : other[at - (at % 4) + 3]! / 255;
    most = Math.max(most, alpha * difference);
  }
  return most;
}

test('an animation written as PNG has the same frames and timing when read again', async (t) => {
  const dir = await makeTree(t);
  for (const [seed, bits] of [
    [11, 8],
    [12, 16],
  ] as const) {
    const file = join(dir, 'a.png');
    await writeFile(file, await makeApng(seed, bits, 5));
    const { bytes, warnings } = await roundTrip(file, { format: 'png' });
    t.deepEqual(warnings, []);
    const again = join(dir, 'b.png');
    await writeFile(again, bytes);
    const [before, after] = [await read(file), await read(again)];
    t.is(after.pages, 8);
    t.deepEqual(visible(after.data, bits), visible(before.data, bits));
    const [first, second] = [await inspect(file), await inspect(again)];
    t.is(second.meta.loop, 5);
    t.deepEqual(second.meta.delay, first.meta.delay);
    t.deepEqual(first.meta.delay, [400, 410, 420, 430, 440, 450, 460, 470]);
    t.true(bytes.length < 8 * 16 * 12 * 4 * (bits / 8));
  }
});

filmTest('a GIF becomes an animated PNG, and that a WebP; ffmpeg sees the same frames', async (t, cwd) => {
  await ffmpeg(
    cwd,
    ...picture('testsrc2=size=40x30:rate=5:duration=1.2', 6),
    '-vf',
    'split[a][b];[a]palettegen[p];[b][p]paletteuse',
    'a.gif',
  );
  const { bytes, warnings } = await roundTrip(join(cwd, 'a.gif'), { format: 'png' });
  t.deepEqual(warnings, []);
  await writeFile(join(cwd, 'b.png'), bytes);
  await ffmpeg(cwd, '-f', 'apng', '-i', 'b.png', '-fps_mode', 'passthrough', '-c:v', 'ffv1', 'b.mkv');
  t.true((await frames(join(cwd, 'b.mkv'), 'rgba')).equals(await frames(join(cwd, 'a.gif'), 'rgba')));
  const webp = await roundTrip(join(cwd, 'b.png'), { format: 'webp' }, { lossless: true });
  const { delay } = await sharp(Buffer.from(webp.bytes), { pages: -1 }).metadata();
  // frames that are the same become one in WebP
  t.is(
    delay?.reduce((sum, ms) => sum + ms),
    1200,
  );
});

test('a truncated or damaged animated PNG fails, or its still image is used', async (t) => {
  const dir = await makeTree(t);
  const whole = await makeApng(21, 8, 0);
  const next = seeded(5);
  for (let round = 0; round < 40; round += 1) {
    const bytes = Buffer.from(
      round % 2 === 0 ? whole.subarray(0, 1 + Math.floor(next() * whole.length)) : whole,
    );
    if (round % 2 === 1) bytes[8 + Math.floor(next() * (bytes.length - 8))] = Math.floor(next() * 256);
    const file = join(dir, 'c.png');
    await writeFile(file, bytes);
    const error = await read(file).then(
      () => undefined,
      (cause: unknown) => cause as { code?: string },
    );
    if (error) t.regex(error.code ?? '', /^E_(?:TRUNCATED|DECODE|UNSUPPORTED)$/);
  }
  t.is((await readFile(join(dir, 'c.png'))).length > 0, true);
});

/** What cannot be seen has no colour. */
function visible(data: Uint8Array | Uint16Array, bits: 8 | 16): number[] {
  const white = 2 ** bits - 1;
  return [...data].map((value, at) => ((data[at - (at % 4) + 3] ?? white) === 0 ? 0 : value));
}

function partOf(png: Buffer, kind: string): Buffer {
  const found: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === kind)
      found.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return Buffer.concat(found);
}

function chunk(kind: string, content: ArrayLike<number>): Buffer {
  const body = Buffer.from([...Buffer.from(kind, 'latin1'), ...Array.from(content)]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
