import test from 'ava';
import type { Network } from '../../../src/contract/engine.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { planTiles } from '../../../src/network/tiles/plan-tiles.js';
import { sidesIndex } from '../../../src/network/tiles/sides.js';
import { openLoadedNetworks } from '../../../src/network/workers/loaded-networks.js';

const SETTINGS = { engine: 'onnx', device: 'cpu' } as const;

test('of the forms of a network, those that images use again stay loaded', async (t) => {
  const file = await openNetworks(SETTINGS).load('esrgan-slim', 2);
  const rows = planTiles({ widthPx: 512, heightPx: 512 }, file, undefined);
  const networks = openLoadedNetworks(SETTINGS);
  const known = new Set<Network>();
  const tiles = rows.flatMap((row) => Array.from({ length: row.tiles }, (_, index) => row.tileAt(index)));
  // one kind after the other, as a worker is given them
  tiles.sort((one, other) => sidesIndex(other.closed) - sidesIndex(one.closed));
  const loadsOfImage = async () => {
    const before = known.size;
    for (const { form, closed } of tiles) known.add(await networks.load(file, form, closed));
    return known.size - before;
  };
  t.deepEqual([await loadsOfImage(), await loadsOfImage(), await loadsOfImage()], [4, 2, 2]);
  await networks.dispose();
});
