import { crc32, inflateSync } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { bandsOf, deflateBand, rowBytesOf } from '../../../../src/pixels/codec/png/deflate-band.js';
import type { Rows } from '../../../../src/contract/ports.js';
import { openPngBody, pngHead } from '../../../../src/pixels/codec/png/png-file.js';
import { bitsOf } from '../../../../src/pixels/codec/raw.js';
import type { Pixels } from '../../../../src/contract/job.js';
import { distance, draw, samplesOf } from '../../../helpers/images.js';
import { drawPixels } from '../../../helpers/pixels.js';
import { seeded } from '../../../helpers/random.js';

function fileOf(pixels: Pixels, fast = false): Buffer {
  const body = openPngBody();
  const bands = rowsOf(pixels).map((rows) => deflateBand(pixels, rows, fast));
  const chunks = bands.flatMap((band) => body.add(band));
  return Buffer.concat([pngHead(pixels, bitsOf(pixels)), ...chunks, ...body.end()]);
}

function rowsOf(pixels: Pixels): Rows[] {
  return bandsOf(pixels.pageHeightPx, rowBytesOf(pixels));
}

/** Chunks of a PNG; throws where a checksum is wrong. */
function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const typed = file.subarray(at + 4, at + 8 + length);
    if (crc32(typed) !== file.readUInt32BE(at + 8 + length)) throw new Error(`checksum of chunk at ${at}`);
    chunks.push({ type: typed.toString('latin1', 0, 4), data: typed.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

const SIZES = [
  [1, 1],
  [1, 700],
  [700, 1],
  [3, 5],
  [613, 901],
] as const;

for (const bits of [8, 16] as const) {
  for (const channels of [1, 2, 3, 4] as const) {
    test(`${channels} channels of ${bits} bits come back from every size`, async (t) => {
      for (const [widthPx, heightPx] of SIZES) {
        const pixels = drawPixels({ widthPx, heightPx, channels, bits, seed: widthPx });
        const file = fileOf(pixels);
        const chunks = chunksOf(file);
        t.deepEqual([chunks.at(0)?.type, chunks.at(-1)?.type], ['IHDR', 'IEND']);
        const stream = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
        // fails where the Adler-32 of all bands together is wrong
        t.is(inflateSync(stream).length, ((widthPx * channels * bits) / 8 + 1) * heightPx);
        const back = await samplesOf(file);
        t.deepEqual([back.widthPx, back.heightPx], [widthPx, heightPx]);
        const samples = back.channels === channels ? back.data : grayAndAlpha(back.data);
        t.is(distance(samples, pixels.data).max, 0);
        t.is((await sharp(file).metadata()).channels, channels);
      }
    });
  }
}

/** As raw output sharp spreads 8-bit gray with alpha to RGBA. */
function grayAndAlpha(rgba: Uint8Array | Uint16Array): Uint8Array | Uint16Array {
  return rgba.filter((_, i) => i % 4 === 0 || i % 4 === 3);
}

function filled(value: (i: number) => number): Pixels {
  const side = 900;
  const data = new Uint8Array(new SharedArrayBuffer(3 * side * side));
  for (let i = 0; i < data.length; i += 1) data[i] = value(i);
  return { data, widthPx: side, pageHeightPx: side, pages: 1, channels: 3 };
}

test('bands depend on the size of the image only and cover all rows', (t) => {
  const bands = rowsOf(filled(() => 0));
  t.true(bands.length > 1);
  t.deepEqual(
    bands.map(([from]) => from),
    [0, ...bands.slice(0, -1).map(([, to]) => to)],
  );
  t.is(bands.at(-1)?.[1], 900);
});

test('noise hardly grows, and a single colour shrinks to almost nothing', (t) => {
  const random = seeded(7);
  const noise = filled(() => Math.floor(256 * random()));
  t.true(fileOf(noise).length < 1.002 * noise.data.length);
  const flat = filled((i) => [30, 60, 90][i % 3]!);
  t.true(fileOf(flat).length < 0.004 * flat.data.length);
});

test('the fast strategy encodes the same pixels without searching for repetition', async (t) => {
  const photograph = drawPixels({ widthPx: 700, heightPx: 600, bits: 16, channels: 4 });
  const back = await samplesOf(fileOf(photograph, true));
  t.is(distance(back.data, photograph.data).max, 0);
  const striped = filled((i) => (i % 2700) % 7);
  t.true(fileOf(striped, true).length > 2 * fileOf(striped).length);
});

test('repetitive images are compressed with a search', (t) => {
  const random = seeded(3);
  const pattern = Array.from({ length: 3 * 50 }, () => Math.floor(256 * random()));
  const tiled = filled((i) => pattern[i % pattern.length]!);
  t.true(fileOf(tiled).length < 0.02 * tiled.data.length);
});

for (const noise of [0, 0.02, 0.3]) {
  test(`with noise of ${noise} files are no larger than those of libvips with adaptive filters`, async (t) => {
    const { data, widthPx, heightPx, channels } = draw({ widthPx: 512, heightPx: 384, noise });
    const shared = new Uint8Array(new SharedArrayBuffer(data.length));
    shared.set(data);
    const ours = fileOf({ data: shared, widthPx, pageHeightPx: heightPx, pages: 1, channels });
    const image = sharp(data, { raw: { width: widthPx, height: heightPx, channels } });
    const theirs = await image.png({ compressionLevel: 2, adaptiveFiltering: true }).toBuffer();
    t.true(ours.length <= 1.1 * theirs.length, `${ours.length} against ${theirs.length}`);
  });
}
