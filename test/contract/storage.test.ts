import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import pLimit from 'p-limit';
import type { SrganError } from '../../src/system/errors.js';
import { joinPlace } from '../../src/system/files/address.js';
import type { Content, Listed, Storage } from '../../src/contract/storage.js';
import { openStorages } from '../../src/places/storage/storages.js';
import { seeded } from '../helpers/random.js';
import { startS3, testWithS3 } from '../helpers/s3-server.js';
import { settingsOf } from '../helpers/settings.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

/** What every storage promises; each is opened on an empty directory or prefix. */

interface Opened {
  readonly storage: Storage;
  readonly root: string;
  readonly openUploads?: () => Promise<number>;
}

async function openDirectory(t: ExecutionContext): Promise<Opened> {
  const settings = await settingsOf({ inputs: ['x'], fsync: false });
  return { storage: openStorages(settings).local, root: join(await temporaryDirectory(t), 'place') };
}

async function openBucket(t: ExecutionContext): Promise<Opened> {
  const server = await startS3(t);
  const settings = await settingsOf({ inputs: ['x'], s3Endpoint: server.endpoint, s3PathStyle: true });
  const storages = openStorages(settings);
  t.teardown(() => storages.close());
  const openUploads = () => server.openUploads('result');
  return { storage: await storages.of('s3://result/a'), root: 's3://result/place', openUploads };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function put(
  storage: Storage,
  place: string,
  content: Content,
  replace = false,
): Promise<'placed' | 'there'> {
  const staged = await storage.stage(place, content);
  try {
    const end = await staged.publish({ replace });
    await staged.settle();
    return end;
  } finally {
    await staged.discard();
  }
}

async function read(storage: Storage, place: string, maxBytes = 2 ** 30): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.read(place, { maxBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function pagesOf(storage: Storage, place: string, rule = {}): Promise<(readonly Listed[])[]> {
  const pages: (readonly Listed[])[] = [];
  for await (const page of storage.list(place, rule)) pages.push(page);
  return pages;
}

for (const [name, declare, open] of [
  ['a directory', testWhere(true, ''), openDirectory],
  ['a bucket', testWithS3, openBucket],
] as const) {
  declare(`${name}: what was put is there, whole, and nothing else`, async (t) => {
    const { storage, root } = await open(t);
    for (const key of ['a.png', 'b/c d+é%41.png', 'b/[x]{y}.png', 'b/..c']) {
      const place = joinPlace(root, key);
      t.is(await storage.head(place), undefined, key);
      t.is(await put(storage, place, bytesOf(key)), 'placed');
      t.is((await storage.head(place))?.bytes, Buffer.byteLength(key));
      t.is(String(await read(storage, place)), key);
    }
    const [page = []] = await pagesOf(storage, root);
    t.deepEqual(
      page.map(({ place, bytes }) => [place, bytes]).sort(),
      ['a.png', 'b/..c', 'b/[x]{y}.png', 'b/c d+é%41.png'].map((key) => [
        joinPlace(root, key),
        Buffer.byteLength(key),
      ]),
    );
    await storage.remove(joinPlace(root, 'a.png'));
    t.is(await storage.head(joinPlace(root, 'a.png')), undefined);
  });

  declare(`${name}: what is there stays unless it may be replaced`, async (t) => {
    const { storage, root } = await open(t);
    const place = joinPlace(root, 'x.png');
    t.is(await put(storage, place, bytesOf('first')), 'placed');
    t.is(await put(storage, place, bytesOf('second')), 'there');
    t.is(String(await read(storage, place)), 'first');
    t.is(await put(storage, place, bytesOf('third'), true), 'placed');
    t.is(String(await read(storage, place)), 'third');
    const ends = await Promise.all(
      ['1', '2', '3', '4'].map((text) => put(storage, joinPlace(root, 'race'), bytesOf(text))),
    );
    t.deepEqual(ends.sort(), ['placed', 'there', 'there', 'there']);
  });

  declare(`${name}: what is staged and given up leaves nothing`, async (t) => {
    const { storage, root } = await open(t);
    await (await storage.stage(joinPlace(root, 'x.png'), bytesOf('x'))).discard();
    await put(storage, joinPlace(root, 'y.png'), bytesOf('y'));
    t.deepEqual(
      (await pagesOf(storage, root)).flat().map(({ place }) => place),
      [joinPlace(root, 'y.png')],
    );
  });

  declare(`${name}: large content, from memory and from a file, and none of its parts left`, async (t) => {
    const { storage, root, openUploads } = await open(t);
    const random = seeded(1);
    const bytes = Buffer.from(Uint8Array.from({ length: 17 * 2 ** 20 + 5 }, () => random() * 256));
    const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
    const file = join(await temporaryDirectory(t), 'large');
    await writeFile(file, bytes);
    for (const [key, content] of [
      ['memory', bytes],
      ['file', { path: file }],
    ] as const) {
      const place = joinPlace(root, key);
      // a directory takes the file itself for its own where that is on its file system
      t.is(await put(storage, place, content), 'placed', key);
      t.is((await storage.head(place))?.bytes, bytes.length, key);
      t.is(digest(await read(storage, place)), digest(bytes), key);
    }
    t.is((await openUploads?.()) ?? 0, 0);
  });

  declare(`${name}: what is not there, or too large, is told with a code`, async (t) => {
    const { storage, root } = await open(t);
    const place = joinPlace(root, 'x.png');
    await t.throwsAsync<SrganError>(read(storage, place), { code: 'E_NOT_FOUND' });
    await put(storage, place, bytesOf('12345'));
    t.is((await read(storage, place, 5)).length, 5);
    const error = await t.throwsAsync<SrganError>(read(storage, place, 4), { code: 'E_TOO_LARGE' });
    t.true(error.message.startsWith(place));
    await storage.checkWritable(root);
    t.deepEqual((await pagesOf(storage, root)).flat().length, 1);
  });

  declare(`${name}: more than a page is listed page by page, each object once`, async (t) => {
    const { storage, root } = await open(t);
    const keys = Array.from({ length: 1050 }, (_, i) => `d${i % 3}/${i}`);
    const ten = pLimit(10);
    await Promise.all(keys.map((key) => ten(() => put(storage, joinPlace(root, key), bytesOf(key), true))));
    await put(storage, joinPlace(root, 'top'), bytesOf('top'));
    const pages = await pagesOf(storage, root);
    t.true(pages.every((page) => page.length <= 1000));
    const places = pages.flat().map(({ place }) => place);
    t.deepEqual(places.sort(), [...keys, 'top'].map((key) => joinPlace(root, key)).sort());
    t.deepEqual(
      (await pagesOf(storage, root, { deep: false })).flat().map(({ place }) => place),
      [joinPlace(root, 'top')],
    );
    t.is(
      (await pagesOf(storage, root, { prefix: 'd1/1' })).flat().length,
      keys.filter((key) => key.startsWith('d1/1')).length,
    );
  });
}
