import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { unpackTar, unpackZip } from '../../../../src/network/models/add/unpack.js';
import { tarOf, zipOf, type Contents } from '../../../helpers/archives.js';
import { seeded } from '../../../helpers/random.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';

const KINDS = [
  { kind: 'zip', pack: zipOf, unpack: unpackZip },
  { kind: 'tar', pack: tarOf, unpack: unpackTar },
] as const;

type Unpack = (archive: string, directory: string) => Promise<void>;

async function unpacked(t: ExecutionContext, bytes: Uint8Array, unpack: Unpack) {
  const home = await temporaryDirectory(t);
  const [archive, directory] = [path.join(home, 'archive'), path.join(home, 'in', 'out')];
  await mkdir(directory, { recursive: true });
  await writeFile(archive, bytes);
  const error = await unpack(archive, directory).then(
    () => undefined,
    (reason: unknown) => reason as Error & { code?: string },
  );
  t.deepEqual((await readdir(home)).sort(), ['archive', 'in']);
  t.deepEqual(await readdir(path.join(home, 'in')), ['out']);
  return { directory, error };
}

const long = `${'folder/'.repeat(20)}long.param`;
const contents: Contents = {
  'p/net.param': 'layers',
  'p/net.bin': new Uint8Array(70_000).fill(7),
  'p/group1-shard1of1': 'weights',
  'p/empty.bin': '',
  'p/code.py': 'print()',
  'p/library.so': 'binary',
  LICENSE: 'MIT',
  [long]: 'deep',
};

for (const { kind, pack, unpack } of KINDS) {
  test(`${kind}: what can be of a network is unpacked, code is not`, async (t) => {
    const { directory, error } = await unpacked(t, pack(contents), unpack);
    t.is(error, undefined);
    const files = (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    t.deepEqual(files.sort(), [
      'LICENSE',
      'empty.bin',
      'group1-shard1of1',
      'long.param',
      'net.bin',
      'net.param',
    ]);
    t.deepEqual(await readFile(path.join(directory, 'p/net.bin')), Buffer.alloc(70_000, 7));
    t.is(await readFile(path.join(directory, long), 'utf8'), 'deep');
  });

  for (const name of ['../net.param', '/net.param', 'a/../../net.param', 'a\\..\\net.param', 'C:net.param']) {
    test(`${kind}: the name ${name} is outside the archive`, async (t) => {
      const { directory, error } = await unpacked(t, pack({ [name]: 'bad' }), unpack);
      t.is(error?.code, 'E_MODEL');
      t.regex(String(error), /is outside the archive/);
      t.deepEqual(await readdir(directory), []);
    });
  }

  test(`${kind}: cut off and damaged archives are refused, or hold what they held`, async (t) => {
    const whole = pack(contents);
    const next = seeded(11);
    let refused = 0;
    for (let i = 0; i < 48; i += 1) {
      const bytes = Uint8Array.from(
        whole.subarray(0, i % 2 === 0 ? Math.floor(next() * whole.length) : undefined),
      );
      if (i % 2 === 1) bytes[Math.floor(next() * bytes.length)]! ^= 1 << Math.floor(next() * 8);
      const { directory, error } = await unpacked(t, bytes, unpack);
      if (error) {
        t.is(error.code, 'E_MODEL', String(error));
        refused += 1;
      } else {
        const net = await readFile(path.join(directory, 'p/net.param'), 'utf8').catch(() => 'layers');
        t.is(net, 'layers');
      }
    }
    t.true(refused > 24);
  });
}

test('tar: a link is passed over', async (t) => {
  const { directory, error } = await unpacked(
    t,
    tarOf({ 'net.bin -> /etc/passwd': '', 'net.param': 'layers' }),
    unpackTar,
  );
  t.is(error, undefined);
  t.deepEqual(await readdir(directory), ['net.param']);
});
