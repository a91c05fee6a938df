import path from 'node:path';
import test from 'ava';
import { commonBase, relativeTo } from '../../../src/places/find/base.js';

const at = (...names: string[]) => path.resolve(path.sep, ...names);

test('a file below the base keeps its relative path', (t) => {
  t.is(relativeTo(at('in'), at('in', 'x', 'a.png')), path.join('x', 'a.png'));
  t.is(relativeTo(at('in'), at('in', '..a.png')), '..a.png');
  t.is(relativeTo('.', 'x/../a.png'), 'a.png');
});

test('a file outside the base keeps its path without the root', (t) => {
  t.is(relativeTo(at('in'), at('other', 'a.png')).endsWith(path.join('other', 'a.png')), true);
  for (const file of [at('a.png'), '../../../../a.png', at('inner', 'a.png'), '..']) {
    const relative = relativeTo(at('in'), file);
    t.false(path.isAbsolute(relative), relative);
    t.false(relative.split(path.sep).includes('..'), relative);
  }
});

test('the common base is the deepest directory that contains all files', (t) => {
  const base = commonBase();
  t.is(base.directory, process.cwd());
  base.add(at('data', 'x', 'deep'));
  t.is(base.directory, at('data', 'x', 'deep'));
  base.add(at('data', 'x', 'other'));
  t.is(base.directory, at('data', 'x'));
  base.add(at('data', 'xy'));
  t.is(base.directory, at('data'));
  base.add(at('elsewhere'));
  t.is(base.directory, at());
});
