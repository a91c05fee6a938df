import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { openEngine } from '../../../../src/network/engines/select.js';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { packagedHeader } from '../../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../../src/network/models/registry.js';
import { writeKerasLike } from '../../engines/tfjs-files.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';

const SETTINGS = { engine: 'onnx', device: 'cpu' } as const;

test('a layers-model by path, by directory and by URL runs as ONNX', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'my net');
  const header = await writeKerasLike(directory);
  const networks = openNetworks(SETTINGS);
  for (const name of [directory, header, pathToFileURL(header).href]) {
    t.deepEqual(await networks.describe(name), { name: 'my net', factors: [2], defaultFactor: 2 });
    const file = await networks.load(name, 2);
    t.like(file, { radiusPx: 1, factor: 2, inputRange: 1, outputRange: 1, title: header });
    const network = await (await openEngine(SETTINGS)).load(file);
    const output = await network.run(new Float32Array(3 * 15).fill(80), 5, 3);
    t.true(output.length === 4 * 45 && Math.abs(output[2 * 10 + 4]! - 80) < 0.01);
    await network.dispose();
  }
});

test('a network of a known package is the same by path as by name', async (t) => {
  const networks = openNetworks(SETTINGS);
  for (const family of PACKAGED) {
    const byName = await networks.load(family.name, 2);
    const byPath = await networks.load(await packagedHeader(family, 2), 2);
    t.is(byPath.key, byName.key);
  }
});
