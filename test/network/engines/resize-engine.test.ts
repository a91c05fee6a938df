import test from 'ava';
import { RESIZE_KERNELS } from '../../../src/contract/engine.js';
import { kernelRadiusPx, phaseWeights } from '../../../src/network/engines/resize-engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { checkEngine } from './conformance.js';

const SETTINGS = { engine: 'resize', device: 'cpu' } as const;
const open = () => openEngine(SETTINGS);
const load = (kernel: string, factor: number) => openNetworks(SETTINGS).load(kernel, factor);

for (const kernel of RESIZE_KERNELS) checkEngine(test, kernel, open, () => load(kernel, 3));

test('a ramp stays a ramp, with pixel centres in line', async (t) => {
  for (const kernel of ['linear', 'cubic', 'mitchell'] as const) {
    for (const factor of [2, 3, 8]) {
      const network = await (await open()).load(await load(kernel, factor));
      const width = 20;
      const output = await network.run(
        Float32Array.from({ length: 3 * width }, (_, i) => 10 * (i % width)),
        width,
        1,
      );
      for (let x = 3 * factor; x < (width - 3) * factor; x += 1) {
        t.true(Math.abs(output[x]! - 10 * ((x + 0.5) / factor - 0.5)) < 1e-4, `${kernel} x${factor} at ${x}`);
      }
    }
  }
});

test('beyond the border the nearest pixel is repeated', async (t) => {
  const network = await (await open()).load(await load('lanczos3', 4));
  const output = await network.run(new Float32Array(3 * 5 * 4).fill(77), 5, 4);
  t.true(output.every((value) => Math.abs(value - 77) < 1e-4));
});

test('weights lie within the stated radius, mirror each other and add up to 1', (t) => {
  for (const kernel of RESIZE_KERNELS) {
    for (const factor of [1, 2, 3, 7]) {
      const phases = phaseWeights(kernel, factor);
      t.is(phases.length, factor);
      phases.forEach((weights, phase) => {
        t.is(weights.length, 2 * kernelRadiusPx(kernel) + 1);
        t.true(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
        const mirrored = phases[factor - 1 - phase]!.toReversed();
        t.true(weights.every((weight, i) => Math.abs(weight - mirrored[i]!) < 1e-12));
      });
    }
  }
  t.deepEqual([...phaseWeights('linear', 2)[0]!], [0.25, 0.75, 0]);
  t.deepEqual([...phaseWeights('nearest', 2)[1]!], [1]);
  // Catmull-Rom at a quarter of a pixel
  t.deepEqual([...phaseWeights('cubic', 2)[1]!], [0, -0.0703125, 0.8671875, 0.2265625, -0.0234375]);
});
