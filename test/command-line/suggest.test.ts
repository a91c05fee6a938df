import { fileURLToPath } from 'node:url';
import test from 'ava';
import { suggest } from '../../src/command-line/suggest.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('a mistyped command, subcommand or flag is named, and an image gets the command it needs', async (t) => {
  const of = (message: string, ...argv: string[]) => suggest(message, argv, root);
  t.is(await of('command pip:in not found'), "Did you mean 'pipe'?");
  t.is(await of('command models:inf:x not found'), "Did you mean 'models info'?");
  t.regex((await of('command photo.png not found')) ?? '', /srgan upscale photo\.png OUT/);
  t.is(await of('command xyzzy not found'), undefined);
  t.is(await of('Nonexistent flag: --scal', 'pipe', 'in', '--scal', '3'), "Did you mean '--scale'?");
  t.is(await of('Nonexistent flag: --no-recursiv', 'pipe', 'in'), "Did you mean '--no-recursive'?");
  t.is(await of('Nonexistent flag: --zzzzzz', 'pipe', 'in'), undefined);
  t.is(await of('Flag --scale expects a value', 'pipe'), undefined);
});
