import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { rowBytes, rowsOf } from '../../../src/flow/spill/layout.js';
import { pngSpilled } from '../../../src/flow/spill/spill-png.js';
import { spillInto } from '../../../src/flow/spill/sample-file.js';
import { samplesOf } from '../../helpers/images.js';
import { drawPixels } from '../../helpers/pixels.js';
import { runOf } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

for (const bits of [8, 16] as const) {
  test(`${bits} bits: more bands than are held at a time make one file`, async (t) => {
    const directory = await temporaryDirectory(t);
    const fileNamed = (name: string) => ({ path: join(directory, name), remove: () => undefined });
    const pixels = drawPixels({ widthPx: 1900, heightPx: 6200 / (bits / 8), channels: 3, bits });
    const { data, ...shape } = pixels;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const spilled = await spillInto(fileNamed('samples'), { ...shape, bits }, (file) => file.write(0, bytes));
    t.true(rowsOf(spilled) * rowBytes(spilled) > 33 * 2 ** 20);

    const run = await runOf();
    await pngSpilled(run, spilled, {}, fileNamed('a.png'));
    t.is(run.lent(), 0);
    const back = await samplesOf(await readFile(join(directory, 'a.png')));
    t.deepEqual([back.widthPx, back.heightPx], [pixels.widthPx, pixels.pageHeightPx]);
    t.is(Buffer.compare(Buffer.from(back.data.buffer, back.data.byteOffset, back.data.byteLength), bytes), 0);
  });
}
