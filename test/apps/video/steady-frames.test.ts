import test from 'ava';
import { steady } from '../../../src/apps/video/steady-frames.js';
import { drawPixels } from '../../helpers/pixels.js';
import { seeded } from '../../helpers/random.js';

for (const bits of [8, 16] as const) {
  const level = bits === 16 ? 257 : 1;

  test(`${bits} bits: noise within the limit goes, and what moves stays as it is`, (t) => {
    const still = drawPixels({ widthPx: 70, heightPx: 50, bits });
    const shown = drawPixels({ widthPx: 70, heightPx: 50, bits }).data;
    const next = seeded(3);
    const frame = drawPixels({ widthPx: 70, heightPx: 50, bits });
    for (let at = 0; at < frame.data.length; at += 1) {
      const noise = level * (Math.floor(next() * 5) - 2);
      frame.data[at] = Math.min(255 * level, Math.max(0, frame.data[at]! + noise));
    }
    // in the block whose corner is 16, 32
    const moving = (33 * 70 + 20) * 3;
    frame.data[moving] = (frame.data[moving]! + 100 * level) % (255 * level);
    const noisy = frame.data.slice();
    steady(frame, shown, 2);
    for (let y = 0; y < 50; y += 1) {
      for (let x = 0; x < 70; x += 1) {
        const at = (y * 70 + x) * 3;
        const expected = x >= 16 && x < 32 && y >= 32 && y < 48 ? noisy : still.data;
        t.deepEqual(
          frame.data.subarray(at, at + 3).join(),
          expected.subarray(at, at + 3).join(),
          `${x}, ${y}`,
        );
      }
    }
    t.deepEqual(shown, frame.data);
  });

  test(`${bits} bits: what changes slowly is never farther than the limit from what it is`, (t) => {
    const shown = drawPixels({ widthPx: 20, heightPx: 20, bits }).data.fill(0);
    for (let step = 1; step <= 30; step += 1) {
      const frame = drawPixels({ widthPx: 20, heightPx: 20, bits });
      frame.data.fill(step * level);
      steady(frame, shown, 2);
      t.true(Math.abs(frame.data[0]! - step * level) <= 2 * level, `step ${step}: ${frame.data[0]}`);
    }
  });
}
