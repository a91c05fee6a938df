import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import type { Source } from '../../../src/contract/job.js';
import type { Inputs } from '../../../src/contract/program-inputs.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { openPathKeys } from '../../../src/flow/plan/path-keys.js';
import { find } from '../../../src/flow/stages/find.js';
import { survey, type Survey } from '../../../src/flow/stages/survey.js';
import { collect } from '../../helpers/collect.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';

const never = new AbortController().signal;

async function surveyOf(options: PipeOptions, drain?: AbortSignal) {
  const settings = await settingsOf(options);
  return await survey(settings, openPathKeys(settings), drain);
}

async function refusalOf(surveyed: Survey, source: Source, output: string | undefined) {
  try {
    await surveyed.refuseCollision(source, output);
    return undefined;
  } catch (error) {
    if (error instanceof SrganError) return error;
    throw error;
  }
}

test('counts what can be walked twice, and knows the inputs', async (t) => {
  const root = await makeTree(t, ['in/a.png', 'in/b/c.png', 'in/d.txt']);
  const surveyed = await surveyOf({ inputs: [`${root}/in`] });
  t.is(surveyed.sources, 2);
  t.true(await surveyed.isInput(path.join(root, 'in', 'b', '..', 'a.png')));
  t.false(await surveyed.isInput(path.join(root, 'in', 'd.txt')));
  t.is((await surveyOf({ inputs: [`${root}/in`], limit: 1 })).sources, 1);
});

test('does not touch what can be walked once', async (t) => {
  const untouched = {
    [Symbol.asyncIterator]: () => {
      throw new Error('it was touched');
    },
  };
  for (const inputs of [
    { kind: 'list', stream: untouched, format: 'lines' },
    { kind: 'iterable', sources: untouched },
  ] satisfies Inputs[]) {
    const surveyed = await surveyOf({ inputs });
    t.is(surveyed.sources, undefined);
    t.false(await surveyed.isInput('a.png'));
  }
});

test('of three sources with one output each is refused with the name of another', async (t) => {
  const root = await makeTree(t, ['x/a.png', 'y/a.png', 'z/a.png', 'z/b.png']);
  const settings = await settingsOf({
    inputs: [`${root}/**/*.png`],
    out: path.join(root, 'out'),
    name: '{name}.{ext}',
  });
  const surveyed = await survey(settings, openPathKeys(settings));
  const sources = await collect(find(settings, never));
  const others = await Promise.all(
    sources.map(async (source) => (await refusalOf(surveyed, source, 'out.png'))?.message),
  );
  const named = (name: string) => path.join(root, name);
  t.is(others[0], `${named('x/a.png')}: its result out.png would be that of ${named('y/a.png')} as well.`);
  t.is(others[1], `${named('y/a.png')}: its result out.png would be that of ${named('x/a.png')} as well.`);
  t.is(others[2], `${named('z/a.png')}: its result out.png would be that of ${named('x/a.png')} as well.`);
  t.is(others[3], undefined);
});

test('outputs beside the sources and stated ones are compared as well', async (t) => {
  const root = await makeTree(t);
  const list = path.join(root, 'list.ndjson');
  const lines = [
    { src: 'x/a.png' },
    { src: 'b.png', dst: 'x/a_2x.png', scale: 2 },
    { src: 'c.png', dst: 'd.png' },
  ];
  await writeFile(list, lines.map((line) => JSON.stringify(line)).join('\n'));
  const settings = await settingsOf({
    inputs: { kind: 'list-file', path: list, format: 'ndjson' },
    scale: 2,
  });
  const surveyed = await survey(settings, openPathKeys(settings));
  const sources = await collect(find(settings, never));
  const codes = await Promise.all(
    sources.map(async (source) => (await refusalOf(surveyed, source, undefined))?.code),
  );
  t.deepEqual(codes, ['E_COLLISION', 'E_COLLISION', undefined]);
});

test('a name that no file can have is left to plan', async (t) => {
  const root = await makeTree(t);
  const list = path.join(root, 'list.txt');
  await writeFile(list, `${'x'.repeat(300)}.png\na.png\n`);
  const inputs: Inputs = { kind: 'list-file', path: list, format: 'lines' };
  t.is((await surveyOf({ inputs })).sources, 2);
});

test('draining ends the look early', async (t) => {
  const root = await makeTree(t, ['a.png']);
  const drain = new AbortController();
  drain.abort();
  t.is((await surveyOf({ inputs: [root] }, drain.signal)).sources, 0);
});

test.serial(
  'a hundred thousand sources take no more than 100 bytes each, whatever their names',
  async (t) => {
    const count = 100_000;
    const root = await makeTree(t);
    const list = path.join(root, 'list.txt');
    const directory = path.join(root, 'a rather long directory name '.repeat(5));
    await writeFile(
      list,
      Array.from({ length: count }, (_, at) => `${directory}/image ${at}.png\n`).join(''),
    );
    const settings = await settingsOf({
      inputs: { kind: 'list-file', path: list, format: 'lines' },
      out: path.join(root, 'out'),
    });
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const held = () => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = held();
    const surveyed = await survey(settings, openPathKeys(settings));
    const grown = held() - before;
    t.is(surveyed.sources, count);
    t.true(await surveyed.isInput(`${directory}/image 77.png`));
    t.true(grown <= 100 * count, `${grown} bytes`);
  },
);
