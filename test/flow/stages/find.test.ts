import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import test from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import type { Source } from '../../../src/contract/job.js';
import type { Inputs, ListFormat } from '../../../src/contract/program-inputs.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { find } from '../../../src/flow/stages/find.js';
import { collect, take } from '../../helpers/collect.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';

const never = new AbortController().signal;

async function* bytes(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}

async function all(inputs: Inputs, options: Omit<PipeOptions, 'inputs'> = {}): Promise<Source[]> {
  return collect(find(await settingsOf({ inputs, ...options }), never));
}

const listed = (text: string, format: ListFormat, options?: Omit<PipeOptions, 'inputs'>) =>
  all({ kind: 'list', stream: bytes(text), format }, options);

test('a list by line takes names as they stand, no globs', async (t) => {
  const sources = await listed('a b.png\r\n*.png\n-x.png\n😀.png\nin/[1].png', 'lines');
  t.deepEqual(
    sources.map(({ index, path: file, invalid }) => [index, file, invalid]),
    ['a b.png', '*.png', '-x.png', '😀.png', 'in/[1].png'].map((name, at) => [at, name, undefined]),
  );
});

test('a NUL list takes names with newlines', async (t) => {
  t.deepEqual(
    (await listed('a\nb.png\0c.png\0', 'nul')).map((source) => source.path),
    ['a\nb.png', 'c.png'],
  );
});

test('NDJSON: what is known overrides, the rest goes along', async (t) => {
  const [source] = await listed(
    '{"src":"a.png","dst":"b.webp","scale":3.5,"model":"m","format":"webp","quality":80,"id":7,"tags":["x"],"__proto__":1}',
    'ndjson',
  );
  t.is(source?.path, 'a.png');
  t.deepEqual(source?.overrides, { dst: 'b.webp', scale: 3.5, model: 'm', format: 'webp', quality: 80 });
  t.deepEqual(Object.entries(source?.extra ?? {}), [
    ['id', 7],
    ['tags', ['x']],
    ['__proto__', 1],
  ]);
  t.is(source?.invalid, undefined);
});

test('NDJSON: a wrong line is a failed source that names the line, and the next ones go on', async (t) => {
  const lines: [line: string, message: RegExp][] = [
    ['{"src":"a.png"', /^line 1: is not JSON\.$/],
    ['[1]', /^Expected an object with src for line 2 but received \[1\] of type array\.$/],
    [
      '{"id":1}',
      /^Expected a non-empty string for src in line 3 but received undefined of type undefined\.$/,
    ],
    [
      '{"src":"a.png","scale":-1}',
      /^Expected a number above 0, at most 1000 for scale in line 4 but received -1 of type number\.$/,
    ],
    [
      '{"src":"a.png","format":"bmp"}',
      /^Expected one of: png, .* for format in line 5 but received bmp of type string\.$/,
    ],
    ['{"src":"a.png","scale":2,"width":5}', /^scale and width or height exclude each other in line 6\.$/],
    ['{"src":"a\\u0000.png"}', /in line 7/],
    ['null', /for line 8 but received null of type null\.$/],
  ];
  const sources = await listed([...lines.map(([line]) => line), '{"src":"last.png"}'].join('\n'), 'ndjson');
  lines.forEach(([line, message], at) => {
    t.is(sources[at]?.invalid?.code, 'E_LIST', line);
    t.regex(sources[at]?.invalid?.message ?? '', message);
    t.is(sources[at]?.index, at);
  });
  t.deepEqual(sources[2]?.extra, { id: 1 });
  t.is(sources[3]?.path, 'a.png');
  t.is(sources.at(-1)?.path, 'last.png');
  t.is(sources.at(-1)?.invalid, undefined);
});

test('a line over 64 KiB or without UTF-8 fails alone', async (t) => {
  const sources = await listed(`a.png\n${'x'.repeat(70_000)}\nb.png\n`, 'lines');
  t.deepEqual(
    sources.map(({ path: file, invalid }) => [file, invalid?.message]),
    [
      ['a.png', undefined],
      ['line 2', 'line 2: is longer than 64 KiB.'],
      ['b.png', undefined],
    ],
  );
});

test('a stream mirrors from the working directory, or from the stated base', async (t) => {
  const outside = path.resolve(path.sep, 'elsewhere', 'c.png');
  const relative = async (base?: string) =>
    (await listed(`x/a.png\nx/../b.png\n../up.png\n${outside}\n`, 'lines', { base })).map(
      (source) => source.relativePath,
    );
  const plain = await relative();
  t.deepEqual(plain.slice(0, 2), [path.join('x', 'a.png'), 'b.png']);
  t.true(plain[3]?.endsWith(path.join('elsewhere', 'c.png')));
  for (const name of plain) t.false(path.isAbsolute(name) || name.split(path.sep).includes('..'), name);
  t.is((await relative('x'))[0], 'a.png');
  t.is((await relative(path.resolve(path.sep, 'elsewhere')))[3], 'c.png');
});

test('a list in a file mirrors from the common base of all it names, and can be read again', async (t) => {
  const root = await makeTree(t);
  const list = path.join(root, 'list.txt');
  await writeFile(
    list,
    ['in/x/a.png', 'in/y/deep/b.png', 'in/x/c.png'].map((name) => path.join(root, name)).join('\n'),
  );
  const inputs: Inputs = { kind: 'list-file', path: list, format: 'lines' };
  const expected = [path.join('x', 'a.png'), path.join('y', 'deep', 'b.png'), path.join('x', 'c.png')];
  for (let round = 0; round < 2; round++) {
    t.deepEqual(
      (await all(inputs, { out: path.join(root, 'out') })).map((source) => source.relativePath),
      expected,
    );
  }
  const error = await t.throwsAsync(all({ ...inputs, path: path.join(root, 'none.txt') }), {
    instanceOf: SrganError,
  });
  t.is(error.code, 'E_USAGE');
  t.regex(error.message, /none\.txt: this list of sources does not exist\./);
});

test('an iterable gives paths and records', async (t) => {
  const sources = await all({
    kind: 'iterable',
    sources: ['a.png', { src: 'b.png', width: 5, id: 1 }, { src: '' }],
  });
  t.deepEqual(
    sources.map(({ path: file, overrides, extra, invalid }) => [file, overrides, extra, invalid?.code]),
    [
      ['a.png', {}, {}, undefined],
      ['b.png', { width: 5 }, { id: 1 }, undefined],
      ['source 3', {}, {}, 'E_LIST'],
    ],
  );
});

test('the limit ends the run of sources and closes what they come from', async (t) => {
  let closed = false;
  function* endless() {
    try {
      for (let at = 0; ; at++) yield `${at}.png`;
    } finally {
      closed = true;
    }
  }
  t.is((await all({ kind: 'iterable', sources: endless() }, { limit: 3 })).length, 3);
  t.true(closed);
});

test('nothing is pulled before it is asked for', async (t) => {
  let pulled = 0;
  function* counted() {
    for (; ; pulled++) yield `${pulled}.png`;
  }
  const sources = find(await settingsOf({ inputs: { kind: 'iterable', sources: counted() } }), never);
  for (let taken = 0; taken < 100; taken++) {
    t.is(pulled, Math.max(0, taken - 1));
    await sources.next();
  }
  await sources.return(undefined);
});

test('a child that writes a list is held back by its pipe while nobody asks', async (t) => {
  const lines = 200_000;
  const script = `
    let at = 0;
    const write = () => {
      while (at < ${lines}) if (!process.stdout.write('in/image-' + at++ + '.png\\n')) return process.stdout.once('drain', write);
    };
    process.on('SIGUSR2', () => process.stderr.write(at + '\\n'));
    write();
    process.stderr.write('up\\n');`;
  const child = spawn(process.execPath, ['-e', script]);
  child.stderr.setEncoding('utf8');
  await once(child.stderr, 'data');
  const sources = find(
    await settingsOf({ inputs: { kind: 'list', stream: child.stdout, format: 'lines' } }),
    never,
  );
  t.is((await take(sources)).path, 'in/image-0.png');
  t.true(child.stdout.readableLength <= 2 * child.stdout.readableHighWaterMark);
  if (process.platform !== 'win32') {
    child.kill('SIGUSR2');
    const [written] = (await once(child.stderr, 'data')) as [string];
    t.true(Number(written) < lines / 4, `${written.trim()} of ${lines} lines were written for the first one`);
  }
  let count = 1;
  for await (const source of sources) {
    if (source.index !== count) t.fail(`${source.index} came as number ${count}`);
    count += 1;
    if (count > 50_000) break;
  }
  child.kill();
  t.true(child.stdout.destroyed);
});

test('draining ends at once, even while a stream gives nothing', async (t) => {
  const stream = new PassThrough();
  const drain = new AbortController();
  const sources = find(await settingsOf({ inputs: { kind: 'list', stream, format: 'lines' } }), drain.signal);
  stream.write('a.png\nb.p');
  t.is((await take(sources)).path, 'a.png');
  const waiting = sources.next();
  drain.abort();
  t.true((await waiting).done);
  t.true(stream.destroyed);
});

test('draining ends an iterable that never answers, and nothing is taken where it came first', async (t) => {
  const drain = new AbortController();
  const silent = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => undefined) }),
  };
  const sources = find(await settingsOf({ inputs: { kind: 'iterable', sources: silent } }), drain.signal);
  const waiting = sources.next();
  drain.abort();
  t.true((await waiting).done);
  t.deepEqual(await collect(find(await settingsOf({ inputs: ['a.png'] }), drain.signal)), []);
});
