import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { emitOnnx } from '../../src/network/graph/emit-onnx.js';
import { NO_PADS, square, type Graph } from '../../src/network/graph/graph.js';
import { srgan } from '../helpers/cli.js';
import { draw } from '../helpers/images.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

/** A network that keeps the size and makes each channel the mean of 3×3 pixels, as one does that removes noise. */
const mean: Graph = {
  input: 'x',
  output: 'y',
  nodes: [
    { op: 'input', name: 'x', inputs: [], channels: 3 },
    {
      op: 'conv',
      name: 'y',
      inputs: ['x'],
      inChannels: 3,
      outChannels: 3,
      kernel: square(3),
      strides: square(1),
      dilations: square(1),
      groups: 1,
      pads: { ...NO_PADS, top: 1, left: 1, bottom: 1, right: 1 },
      weights: Float32Array.from({ length: 81 }, (_, i) => (Math.floor(i / 9) % 4 === 0 ? 1 / 9 : 0)),
      bias: undefined,
    },
  ],
};

test('a network that keeps the size is run once, and what is enlarged afterwards is its result', async (t) => {
  const cwd = await temporaryDirectory(t);
  await writeFile(path.join(cwd, 'mean.onnx'), emitOnnx(mean));
  const { data, widthPx: width, heightPx: height } = draw({ widthPx: 40, heightPx: 30, noise: 0.3 });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path.join(cwd, 'a.png'));
  const pixels = async (file: string) =>
    sharp(path.join(cwd, file)).removeAlpha().raw().toBuffer({ resolveWithObject: true });

  const same = await srgan(['pipe', 'a.png', 'same', '--model', './mean.onnx'], { cwd });
  t.is(same.exitCode, 0, same.stderr);
  const result = await pixels('same/a.png');
  t.deepEqual([result.info.width, result.info.height], [width, height]);
  const at = (x: number, y: number) => {
    let sum = 0;
    for (let j = -1; j <= 1; j++) for (let i = -1; i <= 1; i++) sum += data[((y + j) * width + x + i) * 3]!;
    return sum / 9;
  };
  for (const [x, y] of [
    [5, 5],
    [20, 11],
    [38, 28],
  ] as const) {
    t.true(Math.abs(result.data[(y * width + x) * 3]! - at(x, y)) <= 1);
  }

  const twice = await srgan(['pipe', 'a.png', 'twice', '--model', './mean.onnx', '--scale', '2'], { cwd });
  t.is(twice.exitCode, 0, twice.stderr);
  const large = await pixels('twice/a.png');
  t.deepEqual([large.info.width, large.info.height], [2 * width, 2 * height]);
  // the mean over four pixels of the large one is that of the network's result, not of the source
  let [toNetwork, toSource] = [0, 0];
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      let sum = 0;
      for (const [i, j] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        sum += large.data[((2 * y + j) * 2 * width + 2 * x + i) * 3]!;
      }
      toNetwork += (sum / 4 - result.data[(y * width + x) * 3]!) ** 2;
      toSource += (sum / 4 - data[(y * width + x) * 3]!) ** 2;
    }
  }
  t.true(toNetwork < 0.1 * toSource, `${toNetwork} and ${toSource}`);
});
