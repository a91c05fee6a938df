import test from 'ava';
import { tensor } from '../../../src/network/graph/onnx-messages.js';
import { describeFile } from '../../../src/network/models/networks.js';
import { drawPixels, largestDifference } from '../../helpers/pixels.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { upscaleWhole } from '../../helpers/whole-image.js';
import {
  arithmetic,
  castTo,
  halved,
  pick,
  transpose,
  unknown,
  varied,
  type Made,
  type Variant,
} from './onnx-variants.js';
import { enlarge, load, networks, save } from './saved-network.js';

const plain = await networks.load('esrgan-slim', 2);
const pixels = drawPixels({ widthPx: 71, heightPx: 66 });
const wanted = await upscaleWhole(plain, pixels);
const BYTES = { inputRange: [0, 255], outputRange: [0, 255] };
const NHWC = [1, 'height', 'width', 3];
const scalar = (value: number) => tensor('', [], Float32Array.of(value));

/** Ways in which programs write the same network, and the levels by which the result may differ. */
interface Written {
  readonly variant: Variant;
  readonly levels?: number;
  readonly stated?: object;
  readonly half?: boolean;
  /** Whether all of its operators can be read. */
  readonly known?: boolean;
}

const VARIANTS: Readonly<Record<string, Written>> = {
  'channels last': {
    variant: { before: [transpose(0, 3, 1, 2)], after: [transpose(0, 2, 3, 1)], takes: NHWC, gives: NHWC },
  },
  'channels last, of which no side is named': {
    variant: {
      before: [transpose(0, 3, 1, 2)],
      after: [transpose(0, 2, 3, 1)],
      takes: ['n', 'a', 'b', 'c'],
      gives: ['n', 'd', 'e', 'f'],
    },
  },
  'channels last, of which the file says nothing': {
    variant: {
      before: [...unknown, transpose(0, 3, 1, 2)],
      after: [transpose(0, 2, 3, 1), ...unknown],
      takes: ['n', 'a', 'b', 'c'],
      gives: ['n', 'd', 'e', 'f'],
    },
    stated: { layout: 'nhwc' },
    known: false,
  },
  'float16 in and out': { variant: { takesType: 10, givesType: 10 }, half: true, levels: 2 },
  'blue first': {
    variant: { before: [pick(1, 2, 1, 0)], after: [pick(1, 2, 1, 0)] },
    stated: { inputOrder: 'bgr' },
  },
  'blue first in what it gives': { variant: { after: [pick(1, 2, 1, 0)] } },
  'one size': { variant: { takes: [1, 3, 64, 64], gives: [1, 3, 128, 128] } },
  'a batch of three': { variant: { takes: [3, 3, 'h', 'w'], gives: [3, 3, 'h2', 'w2'] } },
  'uint8 in and out': {
    variant: {
      before: [castTo(1)],
      after: [arithmetic('Add', 0.5), { type: 'Clip', constants: [scalar(0), scalar(255)] }, castTo(2)],
      takesType: 2,
      givesType: 2,
    },
    known: false,
  },
};

for (const [name, { variant, levels = 1, stated, half = false, known = true }] of Object.entries(VARIANTS)) {
  test(`${name}: the same image, whole and in tiles, as read and as found by running it`, async (t) => {
    const bytes = half ? halved(plain.bytes) : plain.bytes;
    const { before = [] } = variant;
    const obscured = { ...variant, before: [...before, ...unknown] };
    for (const written of known ? [variant, obscured] : [variant]) {
      const network = await load(t, varied(bytes, written), { ...BYTES, ...stated });
      // forms for tiles are made of networks whose operators are all known
      t.is(network.tiled !== undefined, known && written === variant);
      const { pool } = poolOf(t, { threads: 1 });
      for (const tilePx of [undefined, 20]) {
        const most = largestDifference(await pool.upscale(requestOf({ network, pixels, tilePx })), wanted);
        t.true(most <= levels, `${most} levels with tiles of ${tilePx ?? 'any'} px`);
      }
    }
  });
}

test('values of -1..1: told by the last operator, or stated', async (t) => {
  const takesSigned = [arithmetic('Mul', 127.5), arithmetic('Add', 127.5)];
  const givesSigned = [arithmetic('Mul', 1 / 127.5), arithmetic('Add', -1)];
  const clip: Made = { type: 'Clip', constants: [scalar(-1), scalar(1)] };
  const findings: Record<string, [Variant, object, string, string]> = {
    both: [{ before: takesSigned, after: [...givesSigned, clip] }, {}, '-1..1 probe', '-1..1 graph'],
    'what it gives': [
      { before: [arithmetic('Mul', 255)], after: [...givesSigned, clip] },
      {},
      '0..1 probe',
      '-1..1 graph',
    ],
    stated: [
      { before: takesSigned, after: givesSigned },
      { inputRange: [-1, 1], outputRange: [-1, 1] },
      '-1..1 stated',
      '-1..1 stated',
    ],
  };
  for (const [name, [variant, stated, takes, gives]] of Object.entries(findings)) {
    const bytes = varied(plain.bytes, variant);
    const found = (await describeFile(await save(t, bytes, stated))).findings;
    const tell = (what: string) =>
      found
        .filter((one) => one.what === what)
        .map(({ value, by }) => `${value.replace('colour in ', '')} ${by}`)[0];
    t.deepEqual([tell('takes'), tell('gives')], [takes, gives], name);
    t.true(largestDifference(await enlarge(t, await load(t, bytes, stated), pixels), wanted) <= 1, name);
  }
});

test('what is not in the order red, green, blue and not stated comes out in the wrong colours', async (t) => {
  const both = varied(plain.bytes, { before: [pick(1, 2, 1, 0)], after: [pick(1, 2, 1, 0)] });
  const taken = await enlarge(t, await load(t, both, BYTES), pixels);
  t.true(largestDifference(taken, wanted) > 1);
});

test('the bytes are the same for any number of workers', async (t) => {
  const { variant } = VARIANTS['channels last']!;
  const network = await load(t, varied(plain.bytes, variant), BYTES);
  const [one, three] = await Promise.all(
    [1, 3].map((threads) => enlarge(t, network, pixels, { threads, tilePx: 20 })),
  );
  t.deepEqual(one!.data, three!.data);
});
