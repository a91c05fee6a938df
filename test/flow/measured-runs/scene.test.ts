import test from 'ava';
import { drawScene } from '../../../src/flow/measured-runs/scene.js';

const SIDE = 128;
const luma = (seed: number) => {
  const { data } = drawScene({ widthPx: SIDE, heightPx: SIDE, seed });
  return Float64Array.from(
    { length: SIDE * SIDE },
    (_, i) => (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 3,
  );
};

test('a seed has one picture, and another seed another', (t) => {
  const options = { widthPx: 40, heightPx: 30, seed: 7 };
  const { data } = drawScene(options);
  t.is(data.length, 3 * 40 * 30);
  t.deepEqual(drawScene(options).data, data);
  const other = drawScene({ ...options, seed: 8 }).data;
  t.true(other.filter((value, i) => value !== data[i]).length > data.length / 2);
});

test('any size can be drawn, down to one pixel', (t) => {
  for (const [widthPx, heightPx] of [
    [1, 1],
    [1, 50],
    [33, 2],
  ] as const) {
    t.is(drawScene({ widthPx, heightPx, seed: 0 }).data.length, 3 * widthPx * heightPx);
  }
});

test('power falls with the square of the frequency, as in photographs, and some is left for the grain', (t) => {
  for (const seed of [1, 2, 3]) {
    const power = rowPower(luma(seed));
    const slope = (mean(power, 2, 4) / mean(power, 16, 32)) ** (1 / 3);
    t.true(slope > 2 && slope < 8, `seed ${seed}: ${slope} per octave`);
    t.true(mean(power, 48, 64) > 1, `seed ${seed}`);
  }
});

test('it has edges, smooth parts, dark and light', (t) => {
  const light = luma(4);
  const steps = light.slice(1).map((value, i) => Math.abs(value - light[i]!));
  const share = (holds: (step: number) => boolean) => steps.filter(holds).length / steps.length;
  t.true(share((step) => step > 30) > 0.02);
  t.true(share((step) => step < 8) > 0.5);
  t.true(light.filter((value) => value < 64).length > 100);
  t.true(light.filter((value) => value > 192).length > 100);
});

/** Power of each frequency (in periods per row), mean over the rows. */
function rowPower(light: Float64Array): number[] {
  return Array.from({ length: SIDE / 2 }, (_, k) => {
    let sum = 0;
    for (let y = 0; y < SIDE; y++) {
      let [re, im] = [0, 0];
      for (let x = 0; x < SIDE; x++) {
        const phase = (2 * Math.PI * k * x) / SIDE;
        re += light[y * SIDE + x]! * Math.cos(phase);
        im += light[y * SIDE + x]! * Math.sin(phase);
      }
      sum += (re * re + im * im) / SIDE;
    }
    return sum / SIDE;
  });
}

const mean = (values: readonly number[], from: number, to: number) =>
  values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
