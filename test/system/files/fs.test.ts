import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { text } from 'node:stream/consumers';
import * as files from '../../../src/system/files/fs.js';
import { isUtf8Path, openUtf8Directory, utf8Name, withUtf8Path } from '../../../src/system/files/fs.js';
import { collect } from '../../helpers/collect.js';
import { onLinux } from '../../helpers/where.js';

const latin1 = (name: string) => Buffer.from(name, 'latin1');

onLinux('each function takes and gives names of any bytes', async (t) => {
  const root = await files.mkdtemp(join(await files.realpath(tmpdir()), 'srgan-test-\udcff'));
  t.teardown(() => files.rm(root, { recursive: true, force: true }));
  const place = Buffer.concat([
    latin1(root.slice(0, root.indexOf('\udcff'))),
    Buffer.of(0xff),
    latin1(root.slice(-6)),
  ]);
  const at = (name: string) => Buffer.concat([place, latin1(`/${name}`)]);
  t.true(fs.existsSync(place));

  await files.mkdir(join(root, 'd\udcfe'));
  await files.writeFile(join(root, 'a\udcff'), 'one');
  files.writeFileSync(join(root, 'b\udcff'), 'two');
  await files.copyFile(join(root, 'a\udcff'), join(root, 'c\udcff'));
  await files.link(join(root, 'a\udcff'), join(root, 'd\udcfe', 'l\udcc3'));
  await files.rename(join(root, 'c\udcff'), join(root, 'r\udcff'));
  files.renameSync(join(root, 'b\udcff'), join(root, 's\udcff'));
  fs.symlinkSync(latin1('d\xfe'), at('link\xff'));
  const names = ['a\xff', 'd\xfe', 'link\xff', 'r\xff', 's\xff'];
  t.deepEqual(
    fs
      .readdirSync(place, 'buffer')
      .map((name) => name.toString('latin1'))
      .sort(),
    names,
  );
  t.is(fs.readFileSync(at('d\xfe/l\xc3'), 'utf8'), 'one');

  const escaped = ['a\udcff', 'd\udcfe', 'link\udcff', 'r\udcff', 's\udcff'];
  t.deepEqual((await files.readdir(root)).sort(), escaped);
  t.deepEqual(files.readdirSync(root).sort(), escaped);
  const entries = await collect(await files.opendir(root, { bufferSize: 2 }));
  t.deepEqual(entries.map(({ name }) => name).sort(), escaped);
  t.deepEqual(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    ['d\udcfe'],
  );
  t.is(await files.realpath(join(root, 'link\udcff', 'l\udcc3')), join(root, 'd\udcfe', 'l\udcc3'));
  t.is(files.readlinkSync(join(root, 'link\udcff')), 'd\udcfe');
  t.is((await files.stat(join(root, 'a\udcff'), { bigint: true })).size, 3n);
  t.true((await files.lstat(join(root, 'link\udcff'))).isSymbolicLink());
  t.is(await text(files.createReadStream(join(root, 's\udcff'))), 'two');
  const handle = await files.open(join(root, 'a\udcff'), 'r');
  t.is(await handle.readFile('utf8'), 'one');
  await handle.close();

  files.rmSync(join(root, 'd\udcfe'), { recursive: true });
  await files.rm(join(root, 'a\udcff'));
  t.deepEqual((await files.readdir(root)).sort(), ['link\udcff', 'r\udcff', 's\udcff']);
  await t.throwsAsync(files.access(join(root, 'a\udcff')), { code: 'ENOENT' });
});

onLinux('native code reads and writes such a file by way of an open one', async (t) => {
  const root = await files.mkdtemp(join(tmpdir(), 'srgan-test-\udcff'));
  t.teardown(() => files.rm(root, { recursive: true, force: true }));
  t.true(isUtf8Path('/a/\u00e9.png'));
  t.false(isUtf8Path(root));
  const place = openUtf8Directory(root);
  const image = { create: { width: 3, height: 2, channels: 3, background: 'red' } } as const;
  await sharp(image)
    .png()
    .toFile(join(place.path, utf8Name('b\udcff.png')));
  place.close();
  t.deepEqual(await files.readdir(root), ['b_.png']);
  await files.rename(join(root, 'b_.png'), join(root, 'b\udcff.png'));
  const { width, height } = await withUtf8Path(join(root, 'b\udcff.png'), (plain) => sharp(plain).metadata());
  t.deepEqual([width, height], [3, 2]);
  await t.throwsAsync(
    withUtf8Path(join(root, 'b_.png'), () => Promise.resolve()),
    { code: 'ENOENT' },
  );
});
