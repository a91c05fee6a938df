import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { startSrgan } from '../helpers/cli.js';
import { savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';

const RECORDS = 2000;
const PADDING = 'x'.repeat(4000);

/** Pipes of 64 KiB and a chunk on either side, and what may be in flight: a tenth of the list. */
const MOST_AHEAD = 800_000;

test('a list on standard input is read no faster than results are taken', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png'], 8, 8);
  const args = ['pipe', '--ndjson', '-', '--ndjson-out', '--engine', 'resize', '--threads', '2', '--quiet'];
  const { child, ended } = startSrgan(args, { cwd });
  const stdin = child.stdin!;
  let given = 0;
  let taken = 0;
  let mostAhead = 0;
  // each record comes out with its padding, so bytes in and bytes out can be compared
  child.stdout!.on('data', (text: string) => {
    mostAhead = Math.max(mostAhead, given - stdin.writableLength - taken);
    taken += text.length;
  });
  for (let i = 0; i < RECORDS; i += 1) {
    const record = `${JSON.stringify({ src: 'a.png', dst: join('out', `${i}.png`), PADDING })}\n`;
    given += record.length;
    if (!stdin.write(record)) await once(stdin, 'drain');
  }
  stdin.end();
  const { exitCode, stdout, stderr } = await ended;
  t.is(exitCode, 0, stderr);
  t.is(stdout.trim().split('\n').length, RECORDS);
  t.true(given > 8 * MOST_AHEAD);
  t.true(mostAhead < MOST_AHEAD, `${mostAhead} bytes were read ahead`);
});
