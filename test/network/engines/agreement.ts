import type { Engine, EngineSettings } from '../../../src/contract/engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { ownFamilies } from '../../../src/network/models/own-families.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { randomValues, seeded } from '../../helpers/random.js';
import { someFactors } from '../../helpers/some-factors.js';
import type { Test } from './conformance.js';

/** Odd sides, lines and a single pixel: tiles in which the border is felt everywhere, or nearly so. */
const SIZES = [
  [37, 29],
  [1, 1],
  [1, 13],
  [23, 2],
  [8, 8],
] as const;

const own = (await ownFamilies()).map(({ name, factors }) => ({ name, factors }));

const REFERENCE = { engine: 'onnx', device: 'cpu' } as const;

/** The default engine and another one: every network there is, value by value, within 1 level of 255. */
export function checkAgreement(
  test: Test,
  settings: EngineSettings,
  sizes: readonly (readonly [width: number, height: number])[] = SIZES,
): void {
  // our own are ONNX files, which TensorFlow.js does not read
  for (const { name, factors } of settings.engine === 'tfjs' ? PACKAGED : [...PACKAGED, ...own]) {
    for (const factor of someFactors(name, factors)) {
      test(`${name} x${factor}: the values of the default engine`, async (t) => {
        const [one, other] = await Promise.all(
          [REFERENCE, settings].map(async (each) => {
            const engine: Engine = await openEngine(each);
            return engine.load(await openNetworks(each).load(name, factor));
          }),
        );
        let [off, all, farthest, apart] = [0, 0, 0, 0];
        for (const [widthPx, heightPx] of sizes) {
          const expected = await one!.run(scene(widthPx, heightPx), widthPx, heightPx);
          const actual = await other!.run(scene(widthPx, heightPx), widthPx, heightPx);
          t.is(actual.length, expected.length);
          expected.forEach((value, i) => {
            const levels = Math.abs(levelOf(value) - levelOf(actual[i]!));
            farthest = Math.max(farthest, levels);
            apart = Math.max(apart, Math.abs(value - actual[i]!));
            if (levels > 0) off += 1;
          });
          all += expected.length;
        }
        await Promise.all([one!.dispose(), other!.dispose()]);
        const share = ((100 * off) / all).toFixed(4);
        t.log(
          `${off} of ${all} values differ (${share} %), before rounding by ${apart.toExponential(1)} at most`,
        );
        t.true(farthest <= 1, `${farthest} levels apart`);
        t.true(off <= 0.001 * all, `${share} % differ`);
      });
    }
  }
}

function levelOf(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/** Waves, an edge and grain. */
function scene(widthPx: number, heightPx: number): Float32Array {
  const grain = randomValues(seeded(widthPx * 1000 + heightPx), 3 * widthPx * heightPx, -12, 12);
  return grain.map((value, i) => {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    const smooth = 128 + 70 * Math.sin(x / 5) * Math.cos(y / 7) + (2 * x > y + 9 ? 40 : 0);
    return Math.min(255, Math.max(0, Math.round(smooth + value)));
  });
}
