import path from 'node:path';
import test from 'ava';
import { shardFile, shardOf, removeShardSuffix } from '../../../src/places/find/shard.js';
import { find } from '../../../src/flow/stages/find.js';
import { collect } from '../../helpers/collect.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';

const of = (relativePath: string, count: number) => shardOf({ relativePath }, count);

test('the shard of a path never changes, and does not depend on the version of Node', (t) => {
  // by another program: printf %s a/b.png | sha256sum, its first 12 digits, modulo, plus one
  t.is(of('a/b.png', 5), (Number('0x' + SHA256_OF_A_B_PNG) % 5) + 1);
  t.is(of(['a', 'b.png'].join(path.sep), 5), of('a/b.png', 5));
  t.is(of('caf\u00e9.png', 1000), of('cafe\u0301.png', 1000));
  t.is(of('anything', 1), 1);
  // names of the bytes 0xff and 0xfe, which are no UTF-8
  t.not(of('\udcff.png', 1000), of('\udcfe.png', 1000));
});

const SHA256_OF_A_B_PNG = '88f7ec7982e1';

/** Names with patterns, as cameras, crawlers and cutters of tiles give them. */
const PATTERNS: Record<string, (n: number) => string> = {
  numbers: (n) => `${n}.png`,
  'padded numbers': (n) => `IMG_${String(n).padStart(8, '0')}.JPG`,
  'even numbers': (n) => `frame-${2 * n}.tif`,
  tiles: (n) => `${n % 7}/${Math.floor(n / 100)}/${n % 100}.webp`,
  'a long stem': (n) => `${'deep/'.repeat(30)}scan ${n}.png`,
  dates: (n) => `${new Date(n * 60_000).toISOString().replaceAll(':', '-')}.png`,
};

test('shards are balanced over names with patterns: chi-square', (t) => {
  const names = 10_000;
  for (const [title, nameOf] of Object.entries(PATTERNS)) {
    for (const shards of [2, 3, 10, 64]) {
      const sizes = new Array<number>(shards).fill(0);
      for (let n = 0; n < names; n++) sizes[of(nameOf(n), shards) - 1]! += 1;
      const fair = names / shards;
      const chiSquare = sizes.reduce((sum, size) => sum + (size - fair) ** 2 / fair, 0);
      // mean k and variance 2k for k degrees of freedom; 5 standard deviations, and a tail for few shards
      const k = shards - 1;
      const most = k + 5 * Math.sqrt(2 * k) + 12;
      t.true(
        chiSquare < most,
        `${title} in ${shards}: ${chiSquare.toFixed(1)} is not below ${most.toFixed(1)}`,
      );
    }
  }
});

test('shards do not depend on the location of the tree or on the order and kind of the list', async (t) => {
  const names = ['b.png', 'a.png', 'deep/c.png', 'deep/er/d.png', 'deep/er/e 10.png', 'deep/er/e 9.png'];
  const placesIn = async (root: string) => {
    const never = new AbortController().signal;
    const files = names.map((name) => path.join(root, name));
    const list = { kind: 'list', format: 'nul' } as const;
    const settings = await Promise.all([
      settingsOf({ inputs: [root], out: 'out' }),
      settingsOf({ inputs: [`${root}/**/*.png`], out: 'out' }),
      settingsOf({ inputs: files.toReversed(), out: 'out' }),
      settingsOf({
        inputs: { ...list, stream: stream(files) },
        base: root,
        out: 'out',
      }),
    ]);
    return Promise.all(
      settings.map(async (each) => {
        const sources = await collect(find(each, never));
        return Object.fromEntries(
          sources.map((source) => [path.relative(root, source.path), shardOf(source, 1000)]).sort(),
        ) as Record<string, number>;
      }),
    );
  };
  const tree = Object.fromEntries(names.map((name) => [name, 'x']));
  const here = await makeTree(t, tree);
  const other = await makeTree(t, Object.fromEntries(names.map((name) => [`far/away/${name}`, 'x'])));
  const all = [...(await placesIn(here)), ...(await placesIn(path.join(other, 'far/away')))];
  t.is(Object.keys(all[0]!).length, names.length);
  for (const places of all) t.deepEqual(places, all[0]);
});

async function* stream(files: readonly string[]) {
  await Promise.resolve();
  yield Buffer.from(files.join('\0'));
}

test('each shard has its own file names, from which the common name can be derived', (t) => {
  const shard = { index: 2, count: 5 };
  t.is(shardFile(path.join('out', 'failed.ndjson'), shard), path.join('out', 'failed-2-of-5.ndjson'));
  t.is(shardFile('plain', shard), 'plain-2-of-5');
  t.is(shardFile('x.ndjson', undefined), 'x.ndjson');
  t.is(removeShardSuffix('nightly-2-of-5', shard), 'nightly');
  t.is(removeShardSuffix('nightly-3-of-5', shard), 'nightly-3-of-5');
  t.is(removeShardSuffix('nightly', undefined), 'nightly');
});
