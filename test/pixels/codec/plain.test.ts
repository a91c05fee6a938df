import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { pipe, type Outcome } from '../../../src/index.js';
import { withNativeInput } from '../../../src/pixels/codec/native-input.js';
import { openRows } from '../../../src/pixels/metrics/open-rows.js';
import { draw, samplesOf, type Raster } from '../../helpers/images.js';
import { roundTrip } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

interface Kind {
  depth: 1 | 4 | 8 | 16 | 24 | 32;
  compression?: 0 | 1 | 2 | 3;
  topDown?: boolean;
  headBytes?: 12 | 40 | 108;
  palette?: readonly number[];
}

/** A BMP whose stored rows are given from the top down, without their padding. */
function bmp(widthPx: number, heightPx: number, rows: readonly Buffer[] | Buffer, kind: Kind): Buffer {
  const { depth, compression = 0, topDown = false, headBytes = 40, palette = [] } = kind;
  const head = Buffer.alloc(14 + headBytes);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(head.length + palette.length, 10);
  head.writeUInt32LE(headBytes, 14);
  if (headBytes === 12) {
    [widthPx, heightPx, 1, depth].forEach((value, i) => head.writeUInt16LE(value, 18 + 2 * i));
  } else {
    head.writeInt32LE(widthPx, 18);
    head.writeInt32LE(topDown ? -heightPx : heightPx, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(depth, 28);
    head.writeUInt32LE(compression, 30);
    head.writeInt32LE(11811, 38);
    if (headBytes === 108)
      [0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, i) => head.writeUInt32LE(mask, 54 + 4 * i));
  }
  const padded = Array.isArray(rows)
    ? rows.map((row: Buffer) => Buffer.concat([row, Buffer.alloc(-row.length & 3)]))
    : [rows as Buffer];
  return Buffer.concat([head, Buffer.from(palette), ...(topDown ? padded : padded.reverse())]);
}

const rowsOf = (raster: Raster, pixel: (r: number, g: number, b: number, a: number) => number[]) =>
  Array.from({ length: raster.heightPx }, (_, y) =>
    Buffer.from(
      Array.from({ length: raster.widthPx }, (_, x) => {
        const at = (y * raster.widthPx + x) * raster.channels;
        const [r = 0, g = 0, b = 0, a = 255] = raster.data.subarray(at, at + raster.channels);
        return pixel(r, g, b, a);
      }).flat(),
    ),
  );

async function saved(t: ExecutionContext, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await writeFile(path, bytes);
  return path;
}

/** What is read of a file, which comes out as PNG at its own size. */
async function read(t: ExecutionContext, name: string, bytes: Uint8Array) {
  const trip = await roundTrip(await saved(t, name, bytes), { format: 'png' });
  t.deepEqual(trip.warnings, []);
  return { ...(await samplesOf(trip.bytes)), meta: await sharp(trip.bytes).metadata() };
}

const colour = draw({ widthPx: 13, heightPx: 9 });

for (const topDown of [false, true]) {
  test(`BMP of 24 and 32 bits, ${topDown ? 'top down' : 'bottom up'}`, async (t) => {
    const rgb = rowsOf(colour, (r, g, b) => [b, g, r]);
    const { data, channels, meta } = await read(t, 'a.bmp', bmp(13, 9, rgb, { depth: 24, topDown }));
    t.is(channels, 3);
    t.deepEqual([...data], [...colour.data]);
    t.is(Math.round(meta.density ?? 0), 300);
    // the fourth byte is no alpha where no mask says so
    const padded = rowsOf(colour, (r, g, b) => [b, g, r, 0]);
    const four = await read(t, 'a.bmp', bmp(13, 9, padded, { depth: 32, topDown }));
    t.deepEqual([...four.data], [...colour.data]);
    const seeThrough = draw({ widthPx: 13, heightPx: 9, channels: 4 });
    const masked = bmp(
      13,
      9,
      rowsOf(seeThrough, (r, g, b, a) => [b, g, r, a]),
      { depth: 32, topDown, headBytes: 108, compression: 3 },
    );
    const alpha = (await read(t, 'a.bmp', masked)).data;
    t.deepEqual(
      [...alpha].filter((_, i) => i % 4 === 3),
      [...seeThrough.data].filter((_, i) => i % 4 === 3),
    );
  });
}

test('BMP of 16 bits, and of the oldest header', async (t) => {
  const five = [Buffer.from([0xff, 0x7f, 0x00, 0x7c, 0xe0, 0x03])];
  const { data } = await read(t, 'a.bmp', bmp(3, 1, five, { depth: 16 }));
  t.deepEqual([...data], [255, 255, 255, 255, 0, 0, 0, 255, 0]);
  const old = bmp(
    13,
    9,
    rowsOf(colour, (r, g, b) => [b, g, r]),
    { depth: 24, headBytes: 12 },
  );
  t.deepEqual([...(await read(t, 'a.bmp', old)).data], [...colour.data]);
});

const PALETTE = [255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 9, 9, 9, 0];
const COLOURS = [
  [0, 0, 255],
  [0, 255, 0],
  [255, 0, 0],
  [9, 9, 9],
] as const;
const coloured = (...indexes: number[]) => indexes.flatMap((i) => COLOURS[i] ?? [0, 0, 0]);

test('BMP with a palette of 1, 4 and 8 bits', async (t) => {
  const one = bmp(9, 1, [Buffer.from([0b10101010, 0b10000000])], { depth: 1, palette: PALETTE.slice(0, 8) });
  t.deepEqual([...(await read(t, 'a.bmp', one)).data], coloured(1, 0, 1, 0, 1, 0, 1, 0, 1));
  const four = bmp(3, 2, [Buffer.from([0x01, 0x20]), Buffer.from([0x33, 0x30])], {
    depth: 4,
    palette: PALETTE,
  });
  t.deepEqual([...(await read(t, 'a.bmp', four)).data], coloured(0, 1, 2, 3, 3, 3));
  const eight = bmp(3, 1, [Buffer.from([2, 1, 0])], { depth: 8, palette: PALETTE });
  t.deepEqual([...(await read(t, 'a.bmp', eight)).data], coloured(2, 1, 0));
  const gray = bmp(2, 1, [Buffer.from([1, 0])], { depth: 8, palette: [7, 7, 7, 0, 200, 200, 200, 0] });
  const { data, channels } = await read(t, 'a.bmp', gray);
  t.deepEqual([channels, ...data], [1, 200, 7]);
});

test('BMP with run-length encoding', async (t) => {
  // the lowest row: two runs; the one above: three single pixels; then one pixel further on, and the end
  const eight = Buffer.from([2, 1, 2, 2, 0, 0, 0, 3, 0, 1, 2, 0, 1, 3, 0, 0, 0, 2, 1, 0, 1, 1, 0, 1]);
  const result = await read(t, 'a.bmp', bmp(4, 3, eight, { depth: 8, compression: 1, palette: PALETTE }));
  t.deepEqual([...result.data], coloured(0, 1, 0, 0, 0, 1, 2, 3, 1, 1, 2, 2));
  const four = Buffer.from([3, 0x12, 0, 0, 0, 3, 0x32, 0x10, 0, 1]);
  const nibbles = await read(t, 'a.bmp', bmp(3, 2, four, { depth: 4, compression: 2, palette: PALETTE }));
  t.deepEqual([...nibbles.data], coloured(3, 2, 1, 1, 2, 1));
});

const netpbm = (head: string, ...data: number[]) =>
  Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(data)]);

test('PBM, PGM, PPM and PAM of 8 and 16 bits, with any maximum value', async (t) => {
  const levels = async (bytes: Buffer) => [...(await read(t, 'a.ppm', bytes)).data];
  t.deepEqual(
    await levels(netpbm('P4\n# black is 1\n9 1\n', 0b10000000, 0b10000000)),
    [0, 255, 255, 255, 255, 255, 255, 255, 0],
  );
  t.deepEqual(await levels(netpbm('P5 3 1 255\n', 0, 100, 255)), [0, 100, 255]);
  t.deepEqual(await levels(netpbm('P5\n3\n1\n100\n', 0, 50, 100)), [0, 128, 255]);
  t.deepEqual(await levels(netpbm('P6\n1 2\n255\n', 1, 2, 3, 4, 5, 6)), [1, 2, 3, 4, 5, 6]);
  t.deepEqual(await levels(netpbm('P6\n1 1\n65535\n', 1, 2, 3, 4, 255, 255)), [0x102, 0x304, 65535]);
  const pam = 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n';
  t.deepEqual(await levels(netpbm(pam, 9, 8, 7, 255)), [9, 8, 7, 255]);
});

test('truncated, damaged and unsupported files are reported as such', async (t) => {
  const whole = bmp(
    13,
    9,
    rowsOf(colour, (r, g, b) => [b, g, r]),
    { depth: 24 },
  );
  const cases: [Uint8Array, string, RegExp][] = [
    [whole.subarray(0, -5), 'E_TRUNCATED', /ends too early/],
    [whole.subarray(0, 30), 'E_TRUNCATED', /ends too early/],
    [
      bmp(4, 4, Buffer.from([200, 1]), { depth: 8, compression: 1, palette: PALETTE }),
      'E_TRUNCATED',
      /ends too early/,
    ],
    [bmp(0, 4, [], { depth: 24 }), 'E_DECODE', /damaged/],
    [bmp(9, 9, [], { depth: 24, compression: 1 }), 'E_UNSUPPORTED', /BMP of compression 1 and 24 bits/],
    [netpbm('P6 9 9 255\n', 1, 2), 'E_TRUNCATED', /ends too early/],
    [netpbm('P6 9 x 255\n', 1, 2), 'E_DECODE', /damaged/],
    [netpbm('P3 1 1 255\n1 2 3\n'), 'E_UNSUPPORTED', /written as text/],
    [netpbm('PF 1 1 -1.0\n', 0, 0, 0, 0), 'E_UNSUPPORTED', /PFM/],
    [Buffer.from('BMW drives well, and this is a text'), 'E_UNSUPPORTED', /not an image of a supported kind/],
  ];
  for (const [bytes, code, message] of cases) {
    const error = await t.throwsAsync(roundTrip(await saved(t, 'a.bmp', bytes), { format: 'png' }));
    t.is((error as { code?: string }).code, code, String(message));
    t.regex(error.message, message);
  }
});

test('the pixels are the same in memory, through the disk, and for psnr', async (t) => {
  const large = draw({ widthPx: 701, heightPx: 500 });
  const path = await saved(
    t,
    'a.bmp',
    bmp(
      701,
      500,
      rowsOf(large, (r, g, b) => [b, g, r]),
      { depth: 24 },
    ),
  );
  const results = [];
  for (const maxMemory of [2 ** 28, 2 ** 20]) {
    const outcomes: Outcome[] = [];
    const out = join(await temporaryDirectory(t), 'out');
    await pipe({
      inputs: [path],
      out,
      scale: 2,
      engine: 'resize',
      maxMemory,
      onOutcome: (o) => void outcomes.push(o),
    });
    const [outcome] = outcomes;
    t.is(outcome?.error, undefined);
    t.is(outcome?.spilled === true, maxMemory === 2 ** 20);
    results.push((await samplesOf(outcome!.dst!)).data);
  }
  t.deepEqual(results[1], results[0]);
  const rows = await openRows(path);
  t.deepEqual([...(await rows.read(3, 2))], [...large.data.subarray(3 * 701 * 3, 5 * 701 * 3)]);
  await rows.close();
  const wide = await saved(
    t,
    'a.pam',
    netpbm('P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 65535\nENDHDR\n', 1, 2, 3, 4, 5, 6, 7, 8),
  );
  const asTiff = await withNativeInput(wide, (input) => samplesOf(input as string));
  t.deepEqual([...asTiff.data], [0x102, 0x304, 0x506, 0x708]);
});
