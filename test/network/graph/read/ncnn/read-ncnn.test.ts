import test from 'ava';
import { SrganError } from '../../../../../src/system/errors.js';
import { readNcnn } from '../../../../../src/network/graph/read/ncnn/read-ncnn.js';
import { randomValues, seeded } from '../../../../helpers/random.js';
import { evaluate } from '../../../../../src/network/engines/reference/reference.js';
import { pixel, tensor, type Tensor } from '../../../../../src/network/engines/reference/tensor.js';

const next = seeded(17);
const input = tensor(3, 6, 7, () => 2 * next() - 1);

/** The layers after an Input named `x`, in the form of a .param file. */
function param(...lines: string[]): string {
  return ['7767517', `${lines.length + 1} ${lines.length + 1}`, 'Input in 0 1 x', ...lines, ''].join('\n');
}

const floats = (...parts: readonly (Float32Array | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(Float32Array.from(part).buffer)));
const tag = (value: number) => Buffer.from(Uint32Array.of(value).buffer);

/** A .bin of weights as they are: each convolution has a tag of 0 before its weights. */
const weightsAndBias = (weights: Float32Array, bias: Float32Array) =>
  Buffer.concat([tag(0), floats(weights), floats(bias)]);

function run(text: string, bin: Uint8Array = Buffer.alloc(0), of: Tensor = input): Tensor {
  return evaluate(readNcnn('net.param', text, bin), of);
}

function close(one: Tensor, expected: (c: number, y: number, x: number) => number): boolean {
  const wanted = tensor(one.channels, one.height, one.width, expected);
  return one.values.every((value, i) => Math.abs(value - wanted.values[i]!) < 1e-6);
}

test('a convolution: oblong, padded on each side by itself, with its activation', (t) => {
  const [weights, bias] = [randomValues(next, 2 * 3 * 2 * 3, -1, 1), randomValues(next, 2, -1, 1)];
  const text = param(
    'Convolution c 1 1 x y 0=2 1=3 11=2 4=2 14=1 15=0 16=0 5=1 6=36 9=2 -23310=1,2.500000e-01',
  );
  const got = run(text, weightsAndBias(weights, bias));
  t.deepEqual([got.channels, got.height, got.width], [2, 6, 7]);
  t.true(
    close(got, (out, y, x) => {
      let sum = bias[out]!;
      weights.forEach((weight, i) => {
        const [c, row, column] = [Math.floor(i / 6) % 3, Math.floor(i / 3) % 2, i % 3];
        if (Math.floor(i / 18) === out) sum += weight * pixel(input, c, y + row - 1, x + column - 2);
      });
      return sum < 0 ? sum / 4 : sum;
    }),
  );
});

for (const [kernel, stride, pad] of [
  [4, 2, 3],
  [4, 2, 1],
  [2, 2, 0],
  [3, 3, 0],
  [5, 3, 1],
  [3, 1, 1],
] as const) {
  test(`a deconvolution of ${kernel} × ${kernel} with stride ${stride} and padding ${pad}`, (t) => {
    const [weights, bias] = [randomValues(next, 2 * 3 * kernel ** 2, -1, 1), randomValues(next, 2, -1, 1)];
    const text = param(
      `Deconvolution d 1 1 x y 0=2 1=${kernel} 3=${stride} 4=${pad} 5=1 6=${weights.length}`,
    );
    const got = run(text, weightsAndBias(weights, bias));
    t.is(got.width, 6 * stride + kernel - 2 * pad);
    t.true(
      close(got, (out, y, x) => {
        let sum = bias[out]!;
        weights.forEach((weight, i) => {
          const area = kernel ** 2;
          if (Math.floor(i / (3 * area)) !== out) return;
          const [row, column] = [Math.floor((i % area) / kernel), i % kernel];
          const [fromY, fromX] = [(y + pad - row) / stride, (x + pad - column) / stride];
          if (Number.isInteger(fromY) && Number.isInteger(fromX)) {
            sum += weight * pixel(input, Math.floor(i / area) % 3, fromY, fromX);
          }
        });
        return sum;
      }),
    );
  });
}

test('weights as halves, and by a table of 256', (t) => {
  const conv = param('Convolution c 1 1 x y 0=1 1=1 5=0 6=3');
  const halves = Buffer.alloc(8);
  [0x3c00, 0xb800, 0x4248].forEach((half, i) => halves.writeUInt16LE(half, 2 * i));
  const weighed = (a: number, b: number, c: number) => (_: number, y: number, x: number) =>
    a * pixel(input, 0, y, x) + b * pixel(input, 1, y, x) + c * pixel(input, 2, y, x);
  t.true(close(run(conv, Buffer.concat([tag(0x01306b47), halves])), weighed(1, -0.5, 3.140625)));
  const table = Float32Array.from({ length: 256 }, (_, i) => i / 16);
  const indices = Buffer.from([3, 200, 16, 0]);
  t.true(close(run(conv, Buffer.concat([tag(1), floats(table), indices])), weighed(3 / 16, 12.5, 1)));
  t.true(close(run(conv, Buffer.concat([tag(0x0002c056), floats([1, 2, 3])])), weighed(1, 2, 3)));
});

test('arithmetic with constants and between tensors, in either order', (t) => {
  const at = (c: number, y: number, x: number) => pixel(input, c, y, x);
  const data = floats([0.5, -2, 4]);
  const memory = 'MemoryData m 0 1 k 0=1 1=1 2=3';
  const k = [0.5, -2, 4];
  const cases: [string[], Buffer | undefined, (c: number, y: number, x: number) => number][] = [
    [[memory, 'BinaryOp b 2 1 x k y 0=1'], data, (c, y, x) => at(c, y, x) - k[c]!],
    [[memory, 'BinaryOp b 2 1 k x y 0=1'], data, (c, y, x) => k[c]! - at(c, y, x)],
    [[memory, 'BinaryOp b 2 1 x k y 0=3'], data, (c, y, x) => at(c, y, x) / k[c]!],
    [['BinaryOp b 1 1 x y 0=7 1=1 2=3'], undefined, (c, y, x) => 3 - at(c, y, x)],
    [['BinaryOp b 1 1 x y 0=4 1=1 2=0.25'], undefined, (c, y, x) => Math.max(0.25, at(c, y, x))],
    [
      ['Split s 1 2 x a b', 'TanH h 1 1 a c', 'BinaryOp d 2 1 c b y 0=1'],
      undefined,
      (c, y, x) => Math.tanh(at(c, y, x)) - at(c, y, x),
    ],
    [
      ['Split s 1 2 x a b', 'Eltwise e 2 1 a b y 0=1 -23301=2,0.2,1.0'],
      undefined,
      (c, y, x) => 1.2 * at(c, y, x),
    ],
    [['Scale s 1 1 x y 0=3 1=1'], floats(k, [1, 2, 3]), (c, y, x) => at(c, y, x) * k[c]! + c + 1],
    [
      ['BatchNorm n 1 1 x y 0=3 1=0.5'],
      floats([1, 2, 3], [0.1, 0.2, 0.3], [0.5, 1.5, 3.5], [5, 6, 7]),
      (c, y, x) => ((c + 1) * (at(c, y, x) - (c + 1) / 10)) / [1, Math.SQRT2, 2][c]! + c + 5,
    ],
    [
      ['PReLU p 1 1 x y 0=3'],
      floats([0.1, 0.2, 0.3]),
      (c, y, x) => at(c, y, x) * (at(c, y, x) < 0 ? (c + 1) / 10 : 1),
    ],
    [['Swish s 1 1 x y'], undefined, (c, y, x) => at(c, y, x) / (1 + Math.exp(-at(c, y, x)))],
    [['Mish m 1 1 x y'], undefined, (c, y, x) => at(c, y, x) * Math.tanh(Math.log1p(Math.exp(at(c, y, x))))],
    [
      ['HardSwish m 1 1 x y 0=0.5 1=0.5'],
      undefined,
      (c, y, x) => at(c, y, x) * Math.min(1, Math.max(0, at(c, y, x) / 2 + 0.5)),
    ],
  ];
  for (const [lines, bin, expected] of cases)
    t.true(close(run(param(...lines), bin), expected), lines.at(-1));
});

test('crops to a size, padding, means and what is made of them', (t) => {
  const cropped = run(
    param('Split s 1 2 x a b', 'Padding p 1 1 a big 0=2 1=1 2=3 3=0 4=1', 'Crop c 2 1 big b y 0=1 1=2'),
  );
  t.deepEqual([cropped.height, cropped.width], [6, 7]);
  t.true(close(cropped, (c, y, x) => pixel(input, c, y, Math.max(0, x - 2))));
  const zeros = run(param('Padding p 1 1 x y 0=1 1=0 2=2 3=0'));
  t.true(close(zeros, (c, y, x) => pixel(input, c, y - 1, x - 2)));
  const area = input.height * input.width;
  const mean = (c: number) => input.values.subarray(c * area, (c + 1) * area).reduce((a, b) => a + b) / area;
  const gate = param(
    'Split s 1 2 x a b',
    'Pooling p 1 1 a m 0=1 4=1',
    'InnerProduct i 1 1 m w 0=3 1=1 2=9',
    'Scale z 2 1 b w y 0=-233',
  );
  const weights = randomValues(next, 9, -1, 1);
  const got = run(gate, weightsAndBias(weights, Float32Array.of(1, 2, 3)));
  t.true(
    close(got, (c, y, x) => {
      const weighed = [0, 1, 2].reduce((sum, i) => sum + weights[c * 3 + i]! * mean(i), c + 1);
      return weighed * pixel(input, c, y, x);
    }),
  );
});

test('a layer or setting that is not supported is named, with its type', (t) => {
  const refusals: [string, RegExp][] = [
    ['MultiHeadAttention att 1 1 x y', /^net\.param: .*layer 'att' \(MultiHeadAttention\) is of a type/],
    ['Convolution c 1 1 x y 0=1 1=1 6=3 8=2', /layer 'c' \(Convolution\) is quantised to 8 bits/],
    ['Convolution c 1 1 x y 0=1 1=1 6=3 9=9', /layer 'c' \(Convolution\) has the activation 9/],
    ['Convolution c 1 1 x y 0=1 1=1 6=-3', /has the setting 6=-3/],
    ['Convolution c 1 1 x y 0=2 1=3 6=7', /has 7 weights, which fit no shape/],
    ['Interp i 1 1 x y 0=2 1=2 2=2 6=1', /layer 'i' \(Interp\) aligns corners/],
    ['Pooling p 1 1 x y 0=0', /layer 'p' \(Pooling\) pools over parts/],
    ['Deconvolution d 1 1 x y 0=1 1=3 3=2 6=27', /layer 'd' \(Deconvolution\) has a stride, padding/],
    ['BinaryOp b 1 1 x y 0=6 1=1 2=2', /layer 'b' \(BinaryOp\) has the operation 6/],
  ];
  for (const [line, message] of refusals) {
    const error = t.throws(() => run(param(line), Buffer.alloc(4 + 4 * 32)), { instanceOf: SrganError });
    t.is(error.code, 'E_MODEL');
    t.regex(error.message, message);
  }
});

test('files that are cut off, claim too much, or do not belong together', (t) => {
  const conv = param('Convolution c 1 1 x y 0=2 1=3 4=1 5=1 6=54');
  const bin = weightsAndBias(randomValues(next, 54, -1, 1), randomValues(next, 2, -1, 1));
  t.notThrows(() => run(conv, bin));
  const refusal = (text: string, bytes: Uint8Array) => {
    const error = t.throws(() => readNcnn('net.param', text, bytes), { instanceOf: SrganError });
    return error.message;
  };
  for (let length = 0; length < bin.length; length += 1) {
    t.regex(refusal(conv, bin.subarray(0, length)), /need more weights than the \d+ bytes there are/);
  }
  t.regex(refusal(conv, Buffer.concat([bin, Buffer.alloc(4)])), /leave 4 bytes of the weights unread/);
  t.regex(
    refusal(conv.replace('6=54', '6=200000000').replace('0=2 1=3', '0=1 1=1'), bin),
    /need more weights/,
  );
  t.regex(refusal(conv, Buffer.concat([tag(0), Buffer.alloc(bin.length - 4, 0xff)])), /no numbers/);
  t.regex(refusal('', bin), /no ncnn param file/);
  t.regex(refusal('7767517\n999999999 5\n', bin), /does not state its number of layers/);
  t.regex(refusal('7767517\n3 3\nInput in 0 1 x\n', bin), /states 3 layers and ends after 1/);
  t.regex(refusal(param('Convolution c 1'), bin), /is no layer/);
  t.regex(refusal(param('Convolution c 1 1 x y 0=abc'), bin), /has the setting '0=abc'/);
  t.regex(refusal(param('ReLU r 1 1 z y'), Buffer.alloc(0)), /layer 'z' is missing/);
});

test('a changed or missing character is refused in a sentence or read, and never more', (t) => {
  const text = param(
    'Convolution c 1 1 x a 0=4 1=3 4=1 5=1 6=108 9=1',
    'PixelShuffle p 1 1 a y 0=2',
    'Interp i 1 1 y z 0=2 1=2.0 2=2.0',
  );
  const bin = weightsAndBias(randomValues(next, 108, -1, 1), randomValues(next, 4, -1, 1));
  t.notThrows(() => run(text, bin));
  let refused = 0;
  for (let i = 0; i < 600; i += 1) {
    const at = Math.floor(next() * text.length);
    const kept = Math.floor(next() * 2);
    const changed =
      text.slice(0, at) + String.fromCharCode(32 + Math.floor(next() * 95)) + text.slice(at + kept);
    try {
      readNcnn('net.param', changed, bin);
    } catch (error) {
      refused += 1;
      if (!(error instanceof SrganError) || error.code !== 'E_MODEL') throw error;
    }
  }
  t.true(refused > 200, `${refused} refused`);
});
