import {
  chmod,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { SrganError } from '../../../src/system/errors.js';
import type { Encoded, Job, Written } from '../../../src/contract/job.js';
import type { Settings } from '../../../src/contract/options.js';
import { openTicket, type Ticket } from '../../../src/flow/ticket.js';
import { write } from '../../../src/flow/stages/write.js';
import { tempName } from '../../../src/system/files/temp-files.js';
import { jobOf } from '../../helpers/job.js';
import { placesOf } from '../../helpers/run.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';
import { testWhere } from '../../helpers/where.js';

const posix = process.platform !== 'win32';
const root = posix && process.getuid?.() === 0;
const NOBODY = 65_534;

interface Trial {
  readonly ticket: Ticket;
  readonly written: Written | undefined;
}

async function put(
  path: string,
  bytes: Uint8Array,
  rest: Partial<Pick<Settings, 'existing' | 'fsync' | 'maxOutputBytes'>> & {
    job?: Partial<Job>;
    signal?: AbortSignal;
  } = {},
): Promise<Trial> {
  const { existing = 'refuse', job, signal, ...chosen } = rest;
  const settings = { ...(await settingsOf({ inputs: ['x'] })), existing, ...chosen };
  const encoded: Encoded = { job: jobOf(path, job), bytes, widthPx: 8, heightPx: 6 };
  const ticket = openTicket(encoded.job.source);
  const work = write({ settings, signal: signal ?? new AbortController().signal, ...placesOf(settings) });
  return { ticket, written: await work(encoded, ticket) };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const refusal = (t: ExecutionContext, trial: Promise<unknown>) =>
  t.throwsAsync<SrganError>(trial, { name: 'SrganError' });

test('the bytes are there under the final name, in directories made for them, and nothing else is', async (t) => {
  const dir = await makeTree(t);
  const bytes = new Uint8Array(3_000_000).map((_, i) => i * 7);
  const { ticket, written } = await put(join(dir, 'a/b/c.png'), bytes);
  t.deepEqual(new Uint8Array(await readFile(join(dir, 'a/b/c.png'))), bytes);
  t.deepEqual(await readdir(join(dir, 'a/b')), ['c.png']);
  t.is(written?.bytes, bytes.byteLength);
  t.deepEqual([written?.widthPx, written?.heightPx], [8, 6]);
  t.deepEqual(ticket.end, { status: 'done', written: written! });
});

/** How often anything is flushed to the disk while `work` goes on. */
async function flushesIn(work: () => Promise<unknown>): Promise<number> {
  const file = await open(process.execPath);
  const shared = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  const sync = Object.getOwnPropertyDescriptor(shared, 'sync')!;
  let flushes = 0;
  Object.defineProperty(shared, 'sync', {
    ...sync,
    value(this: FileHandle) {
      flushes += 1;
      return (sync.value as FileHandle['sync']).call(this);
    },
  });
  try {
    await work();
  } finally {
    Object.defineProperty(shared, 'sync', sync);
  }
  return flushes;
}

test.serial('the file and its directory are flushed to the disk, unless that is not asked for', async (t) => {
  const dir = await makeTree(t);
  await put(join(dir, 'warm.png'), bytesOf('the directory is there'));
  const flushed = await flushesIn(() => put(join(dir, 'a.png'), bytesOf('whole')));
  t.is(flushed, posix ? 2 : 1);
  t.is(await flushesIn(() => put(join(dir, 'b.png'), bytesOf('whole'), { fsync: false })), 0);
  t.is(await readFile(join(dir, 'b.png'), 'utf8'), 'whole');
});

testWhere(posix, 'Windows counts names in another way')(
  'a name as long as a file system takes has its temp file, in any letters',
  async (t) => {
    const dir = await makeTree(t);
    for (const name of [`${'n'.repeat(251)}.png`, `${'é'.repeat(125)}n.png`, `${'😀'.repeat(62)}abc.png`]) {
      t.is(Buffer.byteLength(name), 255);
      await put(join(dir, name), bytesOf(name));
      t.is(await readFile(join(dir, name), 'utf8'), name);
    }
    t.is((await readdir(dir)).length, 3);
  },
);

test('a result over the limit is not put in place', async (t) => {
  const dir = await makeTree(t);
  await put(join(dir, 'a.png'), bytesOf('12345'), { maxOutputBytes: 5 });
  const error = await refusal(t, put(join(dir, 'b.png'), bytesOf('123456'), { maxOutputBytes: 5 }));
  t.is(error.code, 'E_TOO_LARGE');
  t.regex(error.message, /b\.png: would have 6 bytes, over the limit of 5 bytes\.$/);
  t.deepEqual(await readdir(dir), ['a.png']);
});

test('no bytes make an empty file', async (t) => {
  const dir = await makeTree(t);
  await put(join(dir, 'a.png'), new Uint8Array());
  t.is((await stat(join(dir, 'a.png'))).size, 0);
});

test('a copied source ends as copied', async (t) => {
  const dir = await makeTree(t);
  const { ticket } = await put(join(dir, 'a.png'), bytesOf('as it was'), { job: { action: 'copy' } });
  t.is(ticket.end?.status, 'copied');
});

test('a file that appeared meanwhile is left as it is: a failure, or passed over as asked', async (t) => {
  const dir = await makeTree(t, { 'a.png': 'theirs' });
  const error = await refusal(t, put(join(dir, 'a.png'), bytesOf('ours')));
  t.is(error.code, 'E_EXISTS');
  const { ticket, written } = await put(join(dir, 'a.png'), bytesOf('ours'), { existing: 'skip' });
  t.is(written, undefined);
  t.is(ticket.end?.status, 'skipped');
  t.is(await readFile(join(dir, 'a.png'), 'utf8'), 'theirs');
  t.deepEqual(await readdir(dir), ['a.png']);
});

test('of many writers of one name exactly one wins, whole', async (t) => {
  const dir = await makeTree(t);
  const trials = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) => put(join(dir, 'a.png'), bytesOf(`${i}`.repeat(5000)))),
  );
  const winner = trials.findIndex(({ status }) => status === 'fulfilled');
  t.is(trials.filter(({ status }) => status === 'fulfilled').length, 1);
  t.is(await readFile(join(dir, 'a.png'), 'utf8'), `${winner}`.repeat(5000));
  t.deepEqual(await readdir(dir), ['a.png']);
});

test('overwrite replaces the name, and not what it was linked to', async (t) => {
  const dir = await makeTree(t, { 'original.png': 'original' });
  await link(join(dir, 'original.png'), join(dir, 'hard.png'));
  await put(join(dir, 'hard.png'), bytesOf('new'), { existing: 'overwrite' });
  t.is(await readFile(join(dir, 'hard.png'), 'utf8'), 'new');
  if (posix) {
    await symlink('original.png', join(dir, 'soft.png'));
    await put(join(dir, 'soft.png'), bytesOf('new'), { existing: 'overwrite' });
    t.is(await readFile(join(dir, 'soft.png'), 'utf8'), 'new');
  }
  t.is(await readFile(join(dir, 'original.png'), 'utf8'), 'original');
});

testWhere(posix, 'Windows has no such files')(
  'names as long as the file system takes, of many bytes a letter, work; longer ones say so',
  async (t) => {
    const dir = await makeTree(t);
    const longest = `${'é'.repeat(125)}a.png`;
    t.is(Buffer.byteLength(longest), 255);
    await put(join(dir, longest), bytesOf('x'));
    t.deepEqual(await readdir(dir), [longest]);
    const error = await refusal(t, put(join(dir, `${longest}x`), bytesOf('x')));
    t.is(error.code, 'E_WRITE');
    t.regex(error.message, /the name is too long for the file system\.$/);
    t.deepEqual(await readdir(dir), [longest]);
  },
);

test('names with spaces, line breaks, quotes, emoji and leading dashes', async (t) => {
  const dir = await makeTree(t);
  const names = posix ? ['-a b.png', 'c\nd.png', `'"$x.png`, '🌊 👩‍👩‍👧.png'] : ['-a b.png', '🌊.png'];
  for (const name of names) await put(join(dir, name), bytesOf(name));
  t.deepEqual((await readdir(dir)).sort(), [...names].sort());
});

test('a temp name is short, hidden, and another one each time', (t) => {
  const names = new Set(Array.from({ length: 100 }, () => tempName('👩‍👩‍👧'.repeat(30))));
  t.is(names.size, 100);
  for (const name of names) {
    t.regex(name, /^\..*\.[0-9a-f]{8}-[0-9a-f]{8}-\d+-[0-9a-f]{12}\.srgan-tmp$/su);
    t.true(Buffer.byteLength(name) < 128);
    t.is(Buffer.from(name).toString(), name);
  }
});

test('what is in the way is named, and nothing is left behind', async (t) => {
  const dir = await makeTree(t, { file: '', 'taken.png/x': '' });
  const cases: [string, Settings['existing'], string][] = [
    ['file/a.png', 'refuse', 'a file is where a directory is needed'],
    ['file/b/a.png', 'refuse', 'a file is where a directory is needed'],
    ['taken.png', 'overwrite', 'a directory has this name'],
  ];
  for (const [name, existing, why] of cases) {
    const path = join(dir, name);
    const error = await refusal(t, put(path, bytesOf('x'), { existing }));
    t.is(error.code, 'E_WRITE');
    t.is(error.message, `${path}: ${why}.`);
    t.truthy(error.cause);
  }
  t.deepEqual((await readdir(dir)).sort(), ['file', 'taken.png']);
});

// serial: for a root it changes who this process is
test.serial('a directory that may not be written to', async (t) => {
  const dir = await makeTree(t, ['locked/']);
  await chmod(join(dir, 'locked'), 0o500);
  if (root) {
    await chmod(dir, 0o755);
    process.seteuid?.(NOBODY);
    t.teardown(() => process.seteuid?.(0));
  }
  const error = await refusal(t, put(join(dir, 'locked/a.png'), bytesOf('x')));
  t.is(error.code, 'E_WRITE');
  t.regex(error.message, /writing there is not allowed\.$/);
});

test('a run that was stopped puts nothing in place', async (t) => {
  const dir = await makeTree(t);
  const error = await refusal(t, put(join(dir, 'a.png'), bytesOf('x'), { signal: AbortSignal.abort() }));
  t.is(error.code, 'E_CANCELLED');
  t.deepEqual(await readdir(dir), []);
});

test('a new file has the permissions that any new file would have', async (t) => {
  const dir = await makeTree(t);
  await writeFile(join(dir, 'plain'), '');
  await put(join(dir, 'a.png'), bytesOf('x'));
  t.is((await stat(join(dir, 'a.png'))).mode, (await stat(join(dir, 'plain'))).mode);
  await mkdir(join(dir, 'plain-dir'));
  await put(join(dir, 'made/a.png'), bytesOf('x'));
  t.is((await stat(join(dir, 'made'))).mode, (await stat(join(dir, 'plain-dir'))).mode);
});
