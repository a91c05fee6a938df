import test from 'ava';
import type { Pixels } from '../../../src/contract/job.js';
import { pageOf } from '../../../src/network/tiles/planes.js';
import { wrongWithTile } from '../../../src/network/tiles/verify.js';
import { draw } from '../../helpers/images.js';
import { enlarge } from '../../helpers/run.js';

const sidePx = 40;
const whole = { xPx: 0, yPx: 0, widthPx: sidePx, heightPx: sidePx };

function drawn(channels: 1 | 2 | 3 | 4, bits: 8 | 16): Pixels {
  const { data } = draw({ widthPx: sidePx, heightPx: sidePx, channels, bits });
  return { data, widthPx: sidePx, pageHeightPx: sidePx, pages: 1, channels } as unknown as Pixels;
}

function judge(source: Pixels, result: Pixels): string | undefined {
  return wrongWithTile(pageOf(source, 0), pageOf(result, 0), whole, 2);
}

for (const channels of [1, 2, 3, 4] as const) {
  for (const bits of [8, 16] as const) {
    test(`${channels} channels of ${bits} bits: right passes; black, flat, shifted and garbled do not`, (t) => {
      const source = drawn(channels, bits);
      const right = enlarge(source, 2);
      t.is(judge(source, right), undefined);
      const changed = (change: (data: Pixels['data']) => void) => {
        const data = right.data.slice() as unknown as Pixels['data'];
        change(data);
        return judge(source, { ...right, data });
      };
      t.regex(changed((data) => data.fill(0)) ?? '', /single colour/);
      t.regex(changed((data) => data.fill(bits === 8 ? 140 : 36_000)) ?? '', /single colour/);
      const shift = 8 * channels;
      t.regex(changed((data) => data.copyWithin(shift, 0)) ?? '', /does not resemble its source: .* dB/);
      t.regex(changed((data) => data.reverse()) ?? '', /does not resemble its source: .* dB/);
    });
  }
}

test('what is flat or black itself passes as such', (t) => {
  for (const value of [0, 128, 255]) {
    const source = drawn(3, 8);
    source.data.fill(value);
    t.is(judge(source, enlarge(source, 2)), undefined);
  }
});
