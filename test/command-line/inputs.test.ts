import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'ava';
import { selectInputs, type SelectionFlags } from '../../src/command-line/inputs.js';
import type { SrganError } from '../../src/system/errors.js';
import { makeTree } from '../helpers/tree.js';

const stdin = Readable.from([]);
const select = (args: string[], flags: SelectionFlags = {}) => selectInputs(args, flags, () => stdin);

test('patterns with the output directory last, or by flag', async (t) => {
  const dir = await makeTree(t, ['out.png/', 'a.png']);
  const patterns = (...all: string[]) => ({ kind: 'patterns', patterns: all });
  t.deepEqual(await select(['*.png', 'out']), { inputs: patterns('*.png'), out: 'out' });
  t.deepEqual(await select(['a', 'b', 'c']), { inputs: patterns('a', 'b'), out: 'c' });
  t.deepEqual(await select(['a', 'b.png'], { out: 'o' }), { inputs: patterns('a', 'b.png'), out: 'o' });
  t.deepEqual(await select(['a'], { out: 'o', null: true }), { inputs: patterns('a'), out: 'o' });
  t.deepEqual(await select(['a', join(dir, 'out.png')]), {
    inputs: patterns('a'),
    out: join(dir, 'out.png'),
  });
});

test('lists from standard input or a file, in each format, with and without an output directory', async (t) => {
  const list = (format: string) => ({ kind: 'list', stream: stdin, format });
  t.deepEqual(await select(['-']), { inputs: list('lines'), out: undefined });
  t.deepEqual(await select(['-', 'out']), { inputs: list('lines'), out: 'out' });
  t.deepEqual(await select(['-'], { out: 'out', null: true }), { inputs: list('nul'), out: 'out' });
  t.deepEqual(await select(['-'], { ndjson: true }), { inputs: list('ndjson'), out: undefined });
  t.deepEqual(await select(['out'], { 'files-from': '-' }), { inputs: list('lines'), out: 'out' });
  t.deepEqual(await select([], { 'files-from': 'l.txt', null: true }), {
    inputs: { kind: 'list-file', path: 'l.txt', format: 'nul' },
    out: undefined,
  });
});

test('what makes no sense is refused, with what was meant', async (t) => {
  const dir = await makeTree(t, ['a.png', 'b.txt']);
  const cases: [string[], SelectionFlags, RegExp, RegExp][] = [
    [[], {}, /nothing to upscale/, /srgan pipe '/],
    [['in'], {}, /'in' is the only argument, so there is no place for the results/, /--out DIR/],
    [['x', join(dir, 'a.png')], {}, /a\.png' is the last argument, but it is a file/, /--out DIR/],
    [['x', join(dir, 'b.txt')], {}, /b\.txt' is the last argument, but it is a file/, /--out DIR/],
    [['in/*.png', 'out/*.png'], {}, /it is a glob and not a directory/, /--out DIR/],
    [['in.png', 'out.JPG'], {}, /looks like an image/, /--name '\{dir\}\/out\.JPG'/],
    [['in.png', 'b.png', 'c.png'], {}, /looks like an image/, /--out DIR\.$/],
    [['a.png', '-'], {}, /comes first and without other sources/, /srgan pipe - OUT/],
    [['-', 'a', 'b'], {}, /'a' and 'b' cannot all be output directories/, /Give one/],
    [['-', 'a'], { out: 'b' }, /'b' and 'a' cannot all be output directories/, /Give one/],
    [['a', 'b'], { 'files-from': 'l.txt' }, /come from the list l\.txt, so 'a' and 'b'/, /Give one/],
    [['a', 'b'], { ndjson: true }, /there is no list/, /--files-from/],
  ];
  for (const [args, flags, sentence, hint] of cases) {
    const error = await t.throwsAsync<SrganError>(select(args, flags), { message: sentence });
    t.is(error.code, 'E_USAGE');
    t.regex(error.hint ?? '', hint, args.join(' '));
  }
});
