import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { blankPixels } from '../../../helpers/pixels.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';
import { testWhere } from '../../../helpers/where.js';

/** Networks in .rsr form, images, and what the programs that these networks come from made of the images. */
const REFERENCE = path.resolve('..', 'shared', 'reference');
const there = testWhere(existsSync(REFERENCE), 'the reference images are not beside the project');
const networks = openNetworks({ engine: 'onnx', device: 'cpu' });

for (const [name, factor] of [
  ['srgan-natural-x4', 4],
  ['srgan-anime-x4', 4],
  ['rusty-imagenet-x3', 3],
  ['rusty-anime-x3', 3],
] as const) {
  for (const size of ['61x45', '128x128']) {
    there(`${name}: what its own program made of the image of ${size}`, async (t) => {
      const file = path.join(REFERENCE, `${name}.rsr`);
      const image = await rgb(path.join(REFERENCE, `input-${size}.png`));
      const expected = await rgb(path.join(REFERENCE, `${name}-input-${size}.png`));
      const pixels = { ...blankPixels({ widthPx: image.width, heightPx: image.height }) };
      pixels.data.set(image.data);
      const network = await networks.load(file, factor);
      const { pool } = poolOf(t, { threads: 2 });
      for (const tilePx of [undefined, 40]) {
        const { data } = await pool.upscale(requestOf({ network, pixels, tilePx }));
        t.is(data.length, expected.data.length);
        let [most, off] = [0, 0];
        data.forEach((value, i) => {
          const difference = Math.abs(value - expected.data[i]!);
          most = Math.max(most, difference);
          if (difference > 0) off += 1;
        });
        const share = ((100 * off) / data.length).toFixed(3);
        t.log(
          `${tilePx === undefined ? 'whole' : `tiles of ${tilePx} px`}: ${most} of 255, ${share} % differ`,
        );
        t.true(most <= 1, `${most} levels apart`);
      }
    });
  }
}

async function rgb(file: string) {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
