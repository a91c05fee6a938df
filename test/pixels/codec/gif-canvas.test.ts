import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { pipe, type PipeOptions } from '../../../src/index.js';
import { coverage } from '../../../src/pixels/codec/gif-frames.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

/** A GIF whose only frame covers the upper left quarter of its canvas. */
async function quarter(scale: number): Promise<Buffer> {
  const gif = await pipelineOf(draw({ widthPx: 24 * scale, heightPx: 20 * scale }))
    .gif()
    .toBuffer();
  gif.writeUInt16LE(48 * scale, 6);
  gif.writeUInt16LE(40 * scale, 8);
  return gif;
}

for (const [how, options] of [
  ['in memory', {}],
  ['by way of the disk', { maxMemory: 2 ** 20 }],
] as [string, Partial<PipeOptions>][]) {
  test(`what no frame of a GIF covers is transparent, ${how}`, async (t) => {
    const scale = 'maxMemory' in options ? 12 : 1;
    const directory = await temporaryDirectory(t);
    await writeFile(path.join(directory, 'a.gif'), await quarter(scale));
    for (const format of ['gif', 'webp', 'png'] as const) {
      let dst = '';
      await pipe({
        inputs: [path.join(directory, 'a.gif')],
        out: path.join(directory, 'out'),
        engine: 'resize',
        format,
        ...options,
        onOutcome: (outcome) => {
          t.is(outcome.status, 'done', outcome.message);
          t.is(outcome.spilled, 'maxMemory' in options);
          dst = outcome.dst ?? '';
        },
      });
      const { data, info } = await sharp(dst).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      t.deepEqual([info.width, info.height], [96 * scale, 80 * scale]);
      const alpha = (x: number, y: number) => data[4 * scale * (y * info.width + x) + 3];
      t.deepEqual([alpha(20, 20), alpha(44, 36)], [255, 255]);
      t.deepEqual([alpha(60, 20), alpha(20, 60), alpha(90, 75)], [0, 0, 0]);
    }
  });
}

test('frames cover, clear and restore according to their disposal', (t) => {
  const frame = (left: number, widthPx: number, disposal: number) => ({
    left,
    top: 0,
    widthPx,
    heightPx: 1,
    disposal,
  });
  const gif = {
    widthPx: 4,
    heightPx: 1,
    isWhole: true,
    frames: [frame(0, 2, 1), frame(2, 1, 2), frame(3, 9, 3), frame(9, 1, 0)],
  };
  const shown = [...coverage(gif)].length;
  t.is(shown, 4);
  const rows: string[] = [];
  for (const covered of coverage(gif)) rows.push(covered.join(''));
  t.deepEqual(rows, ['1100', '1110', '1101', '1100']);
});
