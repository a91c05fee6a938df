import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { findNetworkFiles } from '../../../../src/network/models/add/add.js';
import { familiesOf } from '../../../../src/network/models/add/families.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';

const named = async (directory: string, files: readonly string[]) =>
  Object.fromEntries(
    (await familiesOf(directory, files, 'the source')).map(({ name, files: own }) => [name, own]),
  );

test('what differs in the factor alone is one family', async (t) => {
  t.deepEqual(
    await named('/none', ['m/net-x4.param', 'm/net-x2.param', 'm/net-x4plus.param', 'm/other-x4.param']),
    {
      net: ['m/net-x2.param', 'm/net-x4.param'],
      'net-x4plus': ['m/net-x4plus.param'],
      'other-x4': ['m/other-x4.param'],
    },
  );
  t.deepEqual(await named('/none', ['models/x2/model.json', 'models/x8/model.json']), {
    'the-source': ['models/x2/model.json', 'models/x8/model.json'],
  });
  t.deepEqual(await named('/none', ['model.json']), { 'the-source': ['model.json'] });
});

test('names that lie in several folders are told apart by the folders', async (t) => {
  t.deepEqual(
    await named('/none', ['models/models-a/scale2.0x_model.param', 'models/models-b/scale2.0x_model.param']),
    {
      'a-scale2.0x': ['models/models-a/scale2.0x_model.param'],
      'b-scale2.0x': ['models/models-b/scale2.0x_model.param'],
    },
  );
});

test('of a file that lies in a folder twice, one is enough', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const [folder, weights] of [
    ['a', 'one'],
    ['b', 'one'],
    ['c', 'two'],
  ] as const) {
    await mkdir(path.join(directory, folder));
    await writeFile(path.join(directory, folder, 'net.param'), 'layers');
    await writeFile(path.join(directory, folder, 'net.bin'), weights);
  }
  const files = await findNetworkFiles(directory);
  t.deepEqual(files, ['a/net.param', 'b/net.param', 'c/net.param']);
  t.deepEqual(await named(directory, files), { 'a-net': ['a/net.param'], 'c-net': ['c/net.param'] });
});
