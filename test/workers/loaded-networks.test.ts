import test from 'ava';
import type { Network } from '../../src/engines/engine.js';
import { openNetworks } from '../../src/models/networks.js';
import { planTiles } from '../../src/tiles/plan.js';
import { openLoadedNetworks } from '../../src/workers/loaded-networks.js';

const SETTINGS = { engine: 'onnx', device: 'cpu' } as const;

test('of the forms of a network, those that images use again stay loaded', async (t) => {
  const file = await openNetworks(SETTINGS).load('esrgan-slim', 2);
  const rows = planTiles({ widthPx: 256, heightPx: 256 }, file, undefined);
  const networks = openLoadedNetworks(SETTINGS);
  const known = new Set<Network>();
  const loadsOfImage = async () => {
    const before = known.size;
    for (const row of rows) {
      for (let index = 0; index < row.tiles; index += 1) {
        const { form, closed } = row.tileAt(index);
        known.add(await networks.load(file, form, closed));
      }
    }
    return known.size - before;
  };
  // the inner part and the four sides of the frame, of which three are kept
  t.deepEqual([await loadsOfImage(), await loadsOfImage(), await loadsOfImage()], [5, 3, 3]);
  await networks.dispose();
});
