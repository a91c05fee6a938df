import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { pngFrames } from '../../../src/pixels/codec/png/animated-png.js';
import { roundTrip } from '../../helpers/run.js';
import { makeTree } from '../../helpers/tree.js';

test('of an animated PNG the first frame is kept, and that is said', async (t) => {
  const dir = await makeTree(t);
  const still = await sharp({ create: { width: 6, height: 5, channels: 3, background: '#369' } })
    .png()
    .toBuffer();
  await writeFile(join(dir, 'still.png'), still);
  const afterHeader = 8 + 25;
  const animated = [
    still.subarray(0, afterHeader),
    chunk('acTL', [0, 0, 0, 3, 0, 0, 0, 0]),
    still.subarray(afterHeader),
  ];
  await writeFile(join(dir, 'animated.png'), Buffer.concat(animated));
  t.is(pngFrames(join(dir, 'still.png')), 1);
  t.is(pngFrames(join(dir, 'animated.png')), 3);
  t.deepEqual((await roundTrip(join(dir, 'still.png'), { format: 'png' })).warnings, []);
  const { warnings } = await roundTrip(join(dir, 'animated.png'), { format: 'png' });
  t.deepEqual(warnings, ['Only the first of 3 frames was read, since animated PNG is not supported.']);
});

function chunk(kind: string, content: number[]): Buffer {
  const body = Buffer.from([...Buffer.from(kind, 'latin1'), ...content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
