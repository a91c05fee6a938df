import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openSweep } from '../../../src/system/files/left-over.js';
import { IDENTITY, identityOf, type Facts } from '../../../src/system/process-identity.js';
import { untrackTempPath, trackTempPath, ownerOf, tempName } from '../../../src/system/files/temp-files.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const FIRST_NAMESPACE = 'pid:[4026531836]';
const host: Facts = { host: 'node-7', machineId: 'ab', boot: 'b1', namespace: FIRST_NAMESPACE };
const elsewhere = identityOf({ ...host, host: 'another' });

const of = (pid: number | undefined, name = 'a.png') => tempName(name, IDENTITY, pid);

test('temporary files of dead processes are removed, all others stay', async (t) => {
  const directory = await temporaryDirectory(t);
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.teardown(() => living.kill());
  const own = tempName('own.png');
  trackTempPath(join(directory, own));
  t.teardown(() => untrackTempPath(join(directory, own)));
  const otherMachine = tempName('a.png', elsewhere, dead);
  const sameNumberElsewhere = tempName('a.png', elsewhere);
  const stay = [
    'a.png',
    '.hidden',
    `${of(dead)}.png`,
    of(living.pid),
    own,
    otherMachine,
    sameNumberElsewhere,
  ];
  const old = tempName('old.png', elsewhere);
  const go = [
    of(dead),
    `${of(dead)}.v`,
    of(dead, 'line\nbreak.png'),
    tempName('earlier life of this number'),
    old,
  ];
  for (const name of [...stay, ...go]) await writeFile(join(directory, name), 'x');
  const before = Date.now() / 1000 - 31 * 86_400;
  await utimes(join(directory, old), before, before);
  await utimes(join(directory, otherMachine), before + 3 * 86_400, before + 3 * 86_400);
  await mkdir(join(directory, of(dead, 'directory')));

  await openSweep()(directory);
  const left = await readdir(directory);
  for (const name of stay) t.true(left.includes(name), name);
  for (const name of go) t.false(left.includes(name), name);
  t.is(left.length, stay.length + 1);
});

test('a process id is valid only on the same machine, boot and container', (t) => {
  const here = identityOf(host);
  const owner = (facts: Partial<Facts>, sweeping = here) =>
    ownerOf(tempName('a.png', identityOf({ ...host, ...facts }), 12), sweeping)?.kind;
  t.is(owner({}), 'here');
  // another machine of the same name; this one has been started anew since
  t.is(owner({ machineId: 'cd' }), 'elsewhere');
  t.is(owner({ boot: 'b0' }), 'past');
  // a container that is given the name and the machine-id of its host
  t.is(owner({ namespace: 'pid:[4026532456]' }), 'elsewhere');

  const container = { machineId: undefined, namespace: 'pid:[4026532456]' };
  const inContainer = identityOf({ ...host, ...container });
  t.is(owner(container, inContainer), 'here');
  // containers of one name: a pod that takes the place of another, on this machine or the next
  t.is(owner({ ...container, namespace: 'pid:[4026532999]' }, inContainer), 'elsewhere');
  t.is(owner({ ...container, boot: 'b2' }, inContainer), 'elsewhere');
  const baked = identityOf({ ...host, ...container, machineId: 'ab' });
  t.is(owner({ ...container, machineId: 'ab', boot: 'b2' }, baked), 'elsewhere');
  // where the system tells none of it, as on macOS and Windows, the host name counts
  const plain = { machineId: undefined, boot: undefined, namespace: undefined };
  t.is(owner(plain, identityOf({ ...host, ...plain })), 'here');
  t.is(owner({ ...plain, host: 'x' }, identityOf({ ...host, ...plain })), 'elsewhere');
});

test('a directory is swept once in a run, and an unreadable one is no failure', async (t) => {
  const directory = await temporaryDirectory(t);
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const sweep = openSweep();
  await sweep(directory);
  await writeFile(join(directory, of(dead)), 'x');
  await sweep(directory);
  t.is((await readdir(directory)).length, 1);
  await t.notThrowsAsync(sweep(join(directory, 'nowhere')));
});

test('a name identifies its owner', (t) => {
  t.deepEqual(ownerOf(tempName('a.png')), { kind: 'here', pid: process.pid });
  t.deepEqual(ownerOf(tempName('👩‍👩‍👧'.repeat(30))), { kind: 'here', pid: process.pid });
  t.is(ownerOf('a.png'), undefined);
  t.is(ownerOf('.a.png.123-0123456789ab.srgan-tmp'), undefined);
});
