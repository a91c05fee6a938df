import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { TFJS_NODE } from '../../src/network/engines/tfjs-runtime.js';
import { usableCores } from '../../src/system/machine.js';
import { locatePackage } from '../../src/network/models/file/packages.js';
import type { NetworkSettings } from '../../src/network/models/networks.js';
import { alternate, type Arm } from './alternate.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const rounds = 3;

/**
 * The engines against each other, on the same pixels and cores: speed, memory, and time to load. Where other work
 * takes cores away, the time of a core per pixel still tells them apart.
 */
export async function engines(): Promise<void> {
  const threads = await usableCores();
  const settings: Record<string, NetworkSettings> = {
    'onnx, folded': { engine: 'onnx', device: 'cpu' },
    'onnx, --no-fold': { engine: 'onnx', device: 'cpu', fold: false },
    'tfjs, tfjs-node': { engine: 'tfjs', device: 'cpu', tfjs: 'node' },
    'tfjs, WebAssembly': { engine: 'tfjs', device: 'cpu', tfjs: 'wasm' },
  };
  if ((await locatePackage(TFJS_NODE)) === undefined) {
    console.log(`\n${TFJS_NODE} is not installed, so it is left out.`);
    delete settings['tfjs, tfjs-node'];
  }
  for (const [model, factor, count, side] of [
    ['esrgan-slim', 2, 4, 512],
    ['esrgan-slim', 4, 4, 512],
    ['esrgan-medium', 2, 4, 256],
    ['esrgan-thick', 2, 3, 128],
  ] as const) {
    const directory = await imageDirectory(count, side, side);
    try {
      const arms = Object.entries(settings).map(([name, network]): Arm => ({
        name,
        script: 'engine',
        args: [directory, JSON.stringify(network), model, String(factor), String(threads)],
      }));
      const figures = await alternate(arms, rounds);
      const size = `${count} images of ${side}×${side}`;
      heading(`${model} x${factor}, ${size}, ${threads} threads, ${rounds} rounds, median (min..max)`);
      table([
        ['engine', 'input Mpx/s', 'CPU s/Mpx', 'peak RSS MB', 'load ms'],
        ...figures.map(({ name, mpxPerSecond, peakRssMb, runs }) => [
          name,
          range(mpxPerSecond, 3),
          range(spread(runs.map(({ cpuSeconds, inputMpx }) => (cpuSeconds as number) / inputMpx)), 1),
          range(peakRssMb, 0),
          range(spread(runs.map(({ loadMs }) => loadMs as number)), 0),
        ]),
      ]);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }
}
