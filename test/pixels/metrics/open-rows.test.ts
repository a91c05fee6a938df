import { mkdir, truncate, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { chunk, SIGNATURE } from '../../../src/pixels/codec/png/png-chunks.js';
import { openRows } from '../../../src/pixels/metrics/open-rows.js';
import { drawPair, savePng } from '../../helpers/image-pair.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

test('returns samples as stored, from any row', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const [channels, max] of [
    [1, 255],
    [3, 255],
    [4, 255],
    [1, 65535],
    [3, 65535],
    [4, 65535],
  ] as const) {
    const pair = drawPair({ widthPx: 13, heightPx: 9, channels, max });
    const path = await savePng(
      directory,
      `${channels}-${max}.png`,
      pair.original,
      pair,
      max === 255 ? 8 : 16,
    );
    const rows = await openRows(path);
    t.deepEqual(
      [rows.widthPx, rows.pageHeightPx, rows.pages, rows.channels, rows.maxValue],
      [13, 9, 1, channels, max],
    );
    t.deepEqual([...(await rows.read(2, 3))], [...pair.original.slice(2 * 13 * channels, 5 * 13 * channels)]);
    t.deepEqual([...(await rows.read(8, 1))], [...pair.original.slice(8 * 13 * channels)]);
    await rows.close();
  }
});

test('gray with alpha keeps its alpha, as RGB with alpha', async (t) => {
  const path = join(await temporaryDirectory(t), 'gray-alpha.png');
  await sharp(Uint8Array.of(10, 20, 30, 40), { raw: { width: 2, height: 1, channels: 2 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  const rows = await openRows(path);
  t.deepEqual([...(await rows.read(0, 1))], [10, 10, 10, 20, 30, 30, 30, 40]);
  await rows.close();
});

test('a colour profile is reported but not applied', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 8, heightPx: 8, channels: 3, max: 255 });
  const plain = await savePng(directory, 'plain.png', pair.original, pair);
  const path = join(directory, 'p3.png');
  await sharp(plain).withIccProfile('p3').png().toFile(path);
  const rows = await openRows(path);
  const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
  t.true((rows.profile?.length ?? 0) > 0);
  t.deepEqual([...(await rows.read(0, 8))], [...stored]);
  t.notDeepEqual([...stored], [...pair.original]);
  await rows.close();
});

test('says in one sentence why a file cannot be read', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 64, heightPx: 64, channels: 3, max: 255 });
  const cut = await savePng(directory, 'cut.png', pair.original, pair);
  await truncate(cut, Math.floor((await stat(cut)).size / 2));
  await writeFile(join(directory, 'text.png'), 'no image');
  await writeFile(join(directory, 'empty.png'), '');
  await mkdir(join(directory, 'directory.png'));
  const refusals = {
    'missing.png': 'E_NOT_FOUND',
    'directory.png': 'E_NOT_A_FILE',
    'empty.png': 'E_EMPTY',
    'text.png': 'E_UNSUPPORTED',
    'cut.png': 'E_DECODE',
  };
  for (const [name, code] of Object.entries(refusals)) {
    const error = await t.throwsAsync(openRows(join(directory, name)), { code, name: 'SrganError' });
    t.regex(error.message, new RegExp(`${name}: .+\\.$`));
  }
});

test('rejects too many pixels by the header alone', async (t) => {
  const path = join(await temporaryDirectory(t), 'huge.png');
  const header = Buffer.from([0, 0, 0x7d, 0, 0, 0, 0x7d, 0, 8, 0, 0, 0, 0]);
  const chunks = [...chunk('IHDR', header), ...chunk('IDAT'), ...chunk('IEND')];
  await writeFile(path, Buffer.concat([SIGNATURE, ...chunks]));
  await t.throwsAsync(openRows(path), { code: 'E_TOO_LARGE', message: /1024 Mpx/ });
});
