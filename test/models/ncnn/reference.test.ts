import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openNetworks } from '../../../src/models/networks.js';
import { drawPixels } from '../../helpers/pixels.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { python, pythonPath, wheel } from '../../helpers/wheels.js';
import { WHEEL_NETWORKS } from './networks.js';

const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
const size = { widthPx: 47, heightPx: 39 };

for (const { wheel: requirement, path: place, marginPx, blockPx } of WHEEL_NETWORKS) {
  test.serial(
    `${path.basename(path.dirname(place))}/${path.basename(place)}: what ncnn makes of the image`,
    async (t) => {
      const [files, packages] = await Promise.all([wheel(requirement), pythonPath('ncnn', 'numpy')]);
      for (const needed of [files, packages]) {
        if (!('missing' in needed)) continue;
        t.log(`skipped: ${needed.missing}`);
        t.pass();
        return;
      }
      if (!('directory' in files && 'directory' in packages)) return;
      const directory = await temporaryDirectory(t);
      const stem = path.join(files.directory, place);
      const pixels = drawPixels(size);
      const [input, output] = [path.join(directory, 'input'), path.join(directory, 'output')];
      await writeFile(input, pixels.data);
      const job = { param: `${stem}.param`, bin: `${stem}.bin`, ...size, input, output, marginPx, blockPx };
      await python('models/ncnn/reference.py', packages.directory, JSON.stringify([job]));
      const bytes = await readFile(output);
      const planes = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

      const { factors } = await networks.describe(`${stem}.param`);
      const network = await networks.load(`${stem}.bin`, factors[0]!);
      const { pool } = poolOf(t, { threads: 2 });
      for (const tilePx of [undefined, 20]) {
        const { data } = await pool.upscale(requestOf({ network, pixels, tilePx }));
        t.is(planes.length, data.length);
        const area = data.length / 3;
        let [most, off] = [0, 0];
        data.forEach((value, i) => {
          const level = Math.min(
            255,
            Math.max(0, Math.floor(planes[(i % 3) * area + Math.floor(i / 3)]! * 255 + 0.5)),
          );
          const difference = Math.abs(level - value);
          most = Math.max(most, difference);
          if (difference > 0) off += 1;
        });
        const share = ((100 * off) / data.length).toFixed(3);
        t.log(
          `${tilePx === undefined ? 'whole' : `tiles of ${tilePx} px`}: ${most} of 255, ${share} % differ`,
        );
        t.true(most <= 1, `${most} levels apart`);
      }
    },
  );
}
