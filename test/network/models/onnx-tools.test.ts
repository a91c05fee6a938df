import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { convertToOnnx } from '../../../src/network/models/convert.js';
import { drawPixels, largestDifference } from '../../helpers/pixels.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { testWhere } from '../../helpers/where.js';
import { python, pythonPath } from '../../helpers/wheels.js';
import { upscaleWhole } from '../../helpers/whole-image.js';
import { pick, transpose, unknown, varied } from './onnx-variants.js';
import { enlarge, networks, save } from './saved-network.js';

const packages = await pythonPath('onnx', 'onnxconverter-common', 'numpy');
const missing = 'missing' in packages ? packages.missing : undefined;
const directoryOf = () => ('directory' in packages ? packages.directory : '');
const withTools = testWhere(missing === undefined, missing ?? '', test);
const slim = await networks.load('esrgan-slim', 2);
const stated = JSON.stringify({ inputRange: [0, 255], outputRange: [0, 255] });

withTools(
  'what onnxconverter-common makes of a network in float16, with and without what it takes',
  async (t) => {
    const directory = await temporaryDirectory(t);
    const file = (name: string) => path.join(directory, name);
    await writeFile(file('slim.onnx'), slim.bytes);
    const half = [
      [file('slim.onnx'), file('all.onnx'), false],
      [file('slim.onnx'), file('inside.onnx'), true],
    ];
    await python('network/models/onnx_tools.py', directoryOf(), JSON.stringify({ half, check: [] }));
    const pixels = drawPixels({ widthPx: 93, heightPx: 71 });
    const wanted = await upscaleWhole(slim, pixels);
    for (const name of ['all', 'inside']) {
      await writeFile(file(`${name}.srgan.json`), stated);
      const network = await networks.load(file(`${name}.onnx`), 2);
      for (const tilePx of [undefined, 20]) {
        const most = largestDifference(await enlarge(t, network, pixels, { tilePx }), wanted);
        t.true(most <= 2, `${most} levels`);
      }
    }
  },
);

withTools('what is put around a network leaves it an ONNX file by the checker of onnx', async (t) => {
  const directory = await temporaryDirectory(t);
  const luma = { takes: [1, 1, 'h', 'w'], gives: [1, 1, 'h2', 'w2'], after: [pick(1, 0)] };
  const last = { before: [transpose(0, 3, 1, 2)], after: [transpose(0, 2, 3, 1)] };
  const files: string[] = [];
  for (const more of [[], unknown]) {
    for (const [variant, facts] of [
      [{ ...luma, before: [...more, pick(1, 0, 0, 0)] }, {}],
      [
        { ...last, before: [...more, ...last.before], takes: [1, 'h', 'w', 3], gives: [1, 'h2', 'w2', 3] },
        {},
      ],
      [{ before: more, takes: [2, 3, 64, 64], gives: [2, 3, 128, 128] }, { inputRange: [-1, 1] }],
      [{ before: more }, { enlargeFirst: 2, inputOrder: 'bgr' }],
    ] as const) {
      const out = path.join(directory, `${files.length}.onnx`);
      await convertToOnnx(await save(t, varied(slim.bytes, variant), facts), out);
      files.push(out);
    }
  }
  await t.notThrowsAsync(
    python('network/models/onnx_tools.py', directoryOf(), JSON.stringify({ half: [], check: files })),
  );
});
