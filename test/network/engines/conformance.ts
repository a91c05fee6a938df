import type { ImplementationFn } from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import type { Engine, NetworkFile } from '../../../src/contract/engine.js';
import { randomValues, seeded } from '../../helpers/random.js';

/** AVA's `test`, or one that skips with a reason. */
export type Test = (title: string, implementation: ImplementationFn<[]>) => void;

/** What every engine must do, checked on one of its networks. */
export function checkEngine(
  test: Test,
  title: string,
  open: () => Promise<Engine>,
  file: () => Promise<NetworkFile>,
): void {
  const load = async () => (await open()).load(await file());

  test(`${title}: gives factor² times as many values, near those of the input`, async (t) => {
    const [network, { factor }] = [await load(), await file()];
    for (const [width, height] of [
      [24, 17],
      [1, 1],
      [1, 9],
      [9, 1],
    ] as const) {
      const output = await network.run(new Float32Array(3 * width * height).fill(100), width, height);
      t.is(output.length, 3 * width * height * factor ** 2);
      const middle = output[Math.floor(factor * (height / 2) + 0.5) * width * factor + (width * factor) / 2];
      if (width > 20) t.true(Math.abs(middle! - 100) < 10, `${middle}`);
    }
    await network.dispose();
  });

  test(`${title}: keeps the planes apart, and rows and columns in their order`, async (t) => {
    const [network, { factor }] = [await load(), await file()];
    const [width, height] = [40, 24];
    const planes = new Float32Array(3 * width * height);
    planes.fill(20, 0, width * height);
    planes.fill(120, width * height, 2 * width * height);
    for (let i = 0; i < width * height; i += 1) planes[2 * width * height + i] = i % width < 20 ? 60 : 200;
    const output = await network.run(planes, width, height);
    const at = (plane: number, y: number, x: number) =>
      output[((plane * height + y) * factor * width + x) * factor]!;
    t.true(at(0, 12, 8) < 40 && at(0, 12, 32) < 40);
    t.true(Math.abs(at(1, 12, 8) - 120) < 20);
    t.true(at(2, 12, 8) < 90 && at(2, 12, 32) > 170);
    await network.dispose();
  });

  test(`${title}: the same tile gives the same bytes, also from a second copy of the network`, async (t) => {
    const engine = await open();
    const [one, other] = [await engine.load(await file()), await engine.load(await file())];
    const first = (await one.run(noise(19, 23), 19, 23)).slice();
    await one.run(noise(30, 11), 30, 11);
    t.deepEqual((await one.run(noise(19, 23), 19, 23)).slice(), first);
    t.deepEqual((await other.run(noise(19, 23), 19, 23)).slice(), first);
    await one.dispose();
    t.deepEqual((await other.run(noise(19, 23), 19, 23)).slice(), first);
    await other.dispose();
  });

  test(`${title}: a tile with a halo of the radius gives the values of the whole`, async (t) => {
    const [network, { factor, radiusPx }] = [await load(), await file()];
    const width = 2 * radiusPx + 12;
    const height = 6;
    const whole = (await network.run(noise(width, height), width, height)).slice();
    // the last 6 columns, and what they need to their left
    const tileWidth = radiusPx + 6;
    const from = width - tileWidth;
    const tile = noise(width, height).filter((_, i) => i % width >= from);
    const part = await network.run(tile, tileWidth, height);
    let farthest = 0;
    for (let row = 0; row < 3 * height * factor; row += 1) {
      for (let x = radiusPx * factor; x < tileWidth * factor; x += 1) {
        const inWhole = whole[row * width * factor + from * factor + x]!;
        farthest = Math.max(farthest, Math.abs(inWhole - part[row * tileWidth * factor + x]!));
      }
    }
    t.true(farthest < 0.01, `off by ${farthest} of 255`);
    await network.dispose();
  });

  test(`${title}: refuses planes of another size in a sentence, and goes on`, async (t) => {
    const network = await load();
    for (const planes of [new Float32Array(3 * 8 * 8 - 1), new Float32Array(8 * 8), new Float32Array(0)]) {
      const error = await t.throwsAsync(network.run(planes, 8, 8), { instanceOf: SrganError });
      t.is(error.code, 'E_ENGINE');
    }
    await t.throwsAsync(network.run(new Float32Array(0), 0, 0), { instanceOf: SrganError });
    t.true((await network.run(noise(8, 8), 8, 8)).length > 0);
    await network.dispose();
  });

  test(`${title}: can be disposed twice, and does not run afterwards`, async (t) => {
    const network = await load();
    await network.run(noise(8, 8), 8, 8);
    await network.dispose();
    await network.dispose();
    const error = await t.throwsAsync(network.run(noise(8, 8), 8, 8), { instanceOf: SrganError });
    t.is(error.code, 'E_ENGINE');
  });
}

function noise(width: number, height: number): Float32Array {
  return randomValues(seeded(width * height), 3 * width * height, 0, 255);
}
