import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bleed } from '../../../src/pixels/transparency.js';
import type { Pixels, SpilledPixels } from '../../../src/contract/job.js';
import { bleedSpilled } from '../../../src/flow/spill/spill-bleed.js';
import { blocksOf, rowBytes, rowsOf } from '../../../src/flow/spill/layout.js';
import { spillInto, withSamples } from '../../../src/flow/spill/sample-file.js';
import { turned } from '../../../src/flow/spill/turn.js';
import { drawPixels, setAlpha } from '../../helpers/pixels.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

async function tempsIn(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  let made = 0;
  return (ending?: string) =>
    Promise.resolve({ path: join(directory, `${++made}${ending ?? ''}`), remove: () => undefined });
}

async function spilledFrom(
  pixels: Pixels,
  makeTemp: Awaited<ReturnType<typeof tempsIn>>,
): Promise<SpilledPixels> {
  const { data, ...shape } = pixels;
  const bits = data instanceof Uint16Array ? 16 : 8;
  return spillInto(await makeTemp(), { ...shape, bits }, (file) => file.write(0, bytesOf(data)));
}

async function samplesOf(spilled: SpilledPixels): Promise<Uint8Array> {
  const bytes = new Uint8Array(rowsOf(spilled) * rowBytes(spilled));
  await withSamples(spilled, 'r', (file) => file.read(0, bytes));
  return bytes;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Pixels['data']) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const blocks = (spilled: SpilledPixels) => [...blocksOf(spilled.pageHeightPx, rowBytes(spilled), 32)].length;

for (const bits of [8, 16] as const) {
  test(`${bits} bits, alpha, in several blocks: hidden colours are those that are found in memory`, async (t) => {
    const pixels = drawPixels({ widthPx: 1501, heightPx: bits === 16 ? 1603 : 3203, channels: 4, bits });
    // far from what is visible, so that every level has a part in it
    setAlpha(pixels, (x, y) =>
      Number(Math.hypot(x - 700, y - 200) < 60 || (x > 1300 && y > 1400 && x % 7 === 0)),
    );
    const spilled = await spilledFrom(pixels, await tempsIn(t));
    t.true(blocks(spilled) > 1);
    bleed(pixels);
    await bleedSpilled(spilled);
    t.true(Buffer.from(await samplesOf(spilled)).equals(bytesOf(pixels.data)));
  });
}

test('turned in several blocks: each pixel is where the orientation says', async (t) => {
  const pixels = drawPixels({ widthPx: 2100, heightPx: 2900, channels: 3 });
  const { widthPx, pageHeightPx } = pixels;
  const makeTemp = await tempsIn(t);
  const spilled = await spilledFrom(pixels, makeTemp);
  t.true(blocks(spilled) > 1);
  const right = widthPx - 1;
  const bottom = pageHeightPx - 1;
  const SOURCE: Record<number, (x: number, y: number) => [x: number, y: number]> = {
    2: (x, y) => [right - x, y],
    3: (x, y) => [right - x, bottom - y],
    4: (x, y) => [x, bottom - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, bottom - x],
    7: (x, y) => [right - y, bottom - x],
    8: (x, y) => [right - y, x],
  };
  for (const [orientation, sourceOf] of Object.entries(SOURCE)) {
    const upright = await turned(spilled, Number(orientation), makeTemp);
    const samples = await samplesOf(upright);
    let wrong = 0;
    for (let y = 0; y < upright.pageHeightPx; y += 13) {
      for (let x = 0; x < upright.widthPx; x += 7) {
        const [fromX, fromY] = sourceOf(x, y);
        for (let c = 0; c < 3; c++) {
          const there = samples[(y * upright.widthPx + x) * 3 + c];
          if (there !== pixels.data[(fromY * widthPx + fromX) * 3 + c]) wrong += 1;
        }
      }
    }
    t.is(wrong, 0, `orientation ${orientation}`);
  }
});
