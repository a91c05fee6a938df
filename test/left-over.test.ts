import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import test from 'ava';
import { openSweep } from '../src/left-over.js';
import { forget, remember } from '../src/temp-files.js';
import { ownerOf, tempName } from '../src/temp-names.js';
import { temporaryDirectory } from './helpers/temporary-directory.js';

const of = (pid: number | undefined, name = 'a.png') =>
  tempName(name).replace(`-${process.pid}-`, `-${pid}-`);

test('temp files of dead processes go, all others stay', async (t) => {
  const directory = await temporaryDirectory(t);
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.teardown(() => living.kill());
  const own = tempName('own.png');
  remember(join(directory, own));
  t.teardown(() => forget(join(directory, own)));
  const otherMachine = of(dead).replace(/\.[0-9a-f]{8}-/, '.00000000-');
  const stay = ['a.png', '.hidden', `${of(dead)}.png`, of(living.pid), own, otherMachine];
  const go = [
    of(dead),
    `${of(dead)}.v`,
    of(dead, 'line\nbreak.png'),
    tempName('earlier life of this number'),
  ];
  for (const name of [...stay, ...go]) await writeFile(join(directory, name), 'x');
  await mkdir(join(directory, of(dead, 'directory')));

  await openSweep()(directory);
  const left = await readdir(directory);
  for (const name of stay) t.true(left.includes(name), name);
  for (const name of go) t.false(left.includes(name), name);
  t.is(left.length, stay.length + 1);
});

test('a directory is swept once in a run, and one that cannot be read is no failure', async (t) => {
  const directory = await temporaryDirectory(t);
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const sweep = openSweep();
  await sweep(directory);
  await writeFile(join(directory, of(dead)), 'x');
  await sweep(directory);
  t.is((await readdir(directory)).length, 1);
  await t.notThrowsAsync(sweep(join(directory, 'nowhere')));
});

test('a name tells whose it is', (t) => {
  t.is(ownerOf(tempName('a.png')), process.pid);
  t.is(ownerOf(tempName('👩‍👩‍👧'.repeat(30))), process.pid);
  t.is(ownerOf('a.png'), undefined);
  t.is(ownerOf('.a.png.123-0123456789ab.srgan-tmp'), undefined);
});
