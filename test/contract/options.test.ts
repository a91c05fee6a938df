import { writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { readImageOptions, optionsSchema } from '../../src/apps/serve/image-options.js';
import { configLayer } from '../../src/command-line/config-file.js';
import { environmentLayer, withDefaults, type FlagDefinitions } from '../../src/command-line/defaults.js';
import { optionsOf } from '../../src/command-line/flags/pipe-options.js';
import { pipeFlags, type PipeFlags } from '../../src/command-line/flags/pipe-flags.js';
import { flagName, type OptionFacts, type TextForm } from '../../src/contract/options/option.js';
import { namesWhere, OPTIONS, type OptionName, type Settings } from '../../src/contract/options.js';
import type { Job } from '../../src/contract/job.js';
import type { Networks } from '../../src/contract/ports.js';
import { resultKeys } from '../../src/flow/journal/key.js';
import { resolveOptions } from '../../src/flow/settings.js';
import { SrganError } from '../../src/system/errors.js';
import { makeTree } from '../helpers/tree.js';

const names = namesWhere(() => true);
const factsOf = (name: OptionName): OptionFacts<unknown> => OPTIONS[name];
const flagged = namesWhere(({ flag }) => flag !== undefined);
const definitions = pipeFlags as unknown as FlagDefinitions;

/** For each form a text that is right, its value, and a text that is wrong. */
const SAMPLES: Record<
  Exclude<TextForm, 'choice'>,
  readonly [text: string, value: unknown, wrong?: string]
> = {
  switch: ['true', true, 'perhaps'],
  number: ['1.5', 1.5, 'many'],
  whole: ['8', 8, '-1'],
  pixels: ['2M', 2e6, 'x'],
  bytes: ['2M', 2 * 2 ** 20, 'x'],
  size: ['30x20', { widthPx: 30, heightPx: 20 }, '30'],
  text: ['word', 'word'],
  texts: ['a.png b.png', ['a.png', 'b.png']],
  url: ['http://127.0.0.1:1', 'http://127.0.0.1:1', 'ftp://host'],
  shard: ['2/5', { index: 2, count: 5 }, '6/5'],
  failures: ['5%', '5%', 'some'],
};

/** A right text for an option, and what it means. */
function sampleOf(name: OptionName): readonly [text: string, value: unknown, wrong?: string] {
  const { flag, check } = factsOf(name);
  if (flag?.form !== 'choice') return SAMPLES[flag?.form ?? 'text'];
  const [first = ''] = check.schema?.enum ?? [];
  return [first, first, 'none of them'];
}

test('every option has a flag, or only a program can give it', (t) => {
  for (const name of names) {
    const { flag, check, recorded } = factsOf(name);
    t.is(Object.hasOwn(pipeFlags, flagName(name)), flag !== undefined, name);
    if (!flag) t.true(recorded === false && /function|AbortSignal/.test(check.what), name);
  }
});

test('every flag is in the reference with its help', (t) => {
  const reference = readFileSync('commands/README.md', 'utf8').replaceAll(/\s+/g, ' ');
  for (const name of flagged) {
    const { flag } = factsOf(name);
    t.true(reference.includes(`--${flag?.negatable ? '[no-]' : ''}${flagName(name)}`), name);
    t.true(reference.includes((flag?.help ?? '').replaceAll(/\s+/g, ' ')), name);
  }
});

test('an option means the same on the command line, in the environment and in a config file', async (t) => {
  const directory = await makeTree(t);
  const file = path.join(directory, 'srgan.config.json');
  for (const name of flagged) {
    const flag = flagName(name);
    const [text, value, wrong] = sampleOf(name);
    const variable = `SRGAN_${flag.toUpperCase().replaceAll('-', '_')}`;
    const many = factsOf(name).flag?.form === 'texts';
    const layers = async (written: string) => {
      await writeFile(file, JSON.stringify({ [flag]: many ? written.split(' ') : written }));
      return [
        environmentLayer(definitions, { [variable]: written }),
        await configLayer(file, directory, definitions),
      ];
    };
    for (const layer of await layers(text)) {
      const flags: PipeFlags = await withDefaults({}, definitions, [layer]);
      const options = optionsOf(flags) as Record<string, unknown>;
      if (name === 'out') t.is((flags as Record<string, unknown>).out, value);
      else t.deepEqual(options[name], value, `${name} from ${layer.titleOf(flag)}`);
    }
    if (wrong === undefined) continue;
    for (const layer of await layers(wrong)) {
      const error = await t.throwsAsync(withDefaults({}, definitions, [layer]), { instanceOf: SrganError });
      t.is(error.code, 'E_USAGE');
      t.true(error.message.includes(layer.titleOf(flag)), error.message);
    }
  }
});

test('the HTTP API takes the options that the table says, and describes them', async (t) => {
  const schema = optionsSchema();
  for (const name of names) {
    const { http, check } = factsOf(name);
    if (http === undefined) {
      await t.throwsAsync(readImageOptions({ [name]: 'x' }), { message: `There is no option ${name}.` });
      continue;
    }
    t.like(schema[name], { ...check.schema });
    t.truthy((schema[name] as { description?: string }).description);
    if (name === 'model') continue;
    const [text, value] = sampleOf(name);
    t.deepEqual(await readImageOptions({ [name]: text }), { [name]: value });
  }
  t.deepEqual(
    Object.keys(schema),
    namesWhere(({ http }) => http !== undefined),
  );
});

test('the key of a result changes with the options that the table says, and with no other setting', async (t) => {
  const directory = await makeTree(t, { 'a.png': Buffer.from('bytes') });
  const file = path.join(directory, 'a.png');
  const job = {
    file,
    action: 'upscale',
    format: 'png',
    quality: undefined,
    model: 'none',
    passes: [],
    targetWidthPx: 2,
    targetHeightPx: 2,
  } as unknown as Job;
  const networks = {} as Networks;
  const settings = await resolveOptions({ inputs: [file], engine: 'onnx' });
  const keyWith = async (more: object, of: object = {}) =>
    (await resultKeys({ ...job, ...of }, { ...settings, ...more }, networks)).key;
  const plain = await keyWith({});
  for (const name of names.filter((name) => Object.hasOwn(settings, name))) {
    const now: unknown = settings[name as keyof Settings];
    const other = typeof now === 'boolean' ? !now : `other than ${JSON.stringify(now)}`;
    // format and quality are those of the job, which a record of a list may have set
    const key = ['format', 'quality'].includes(name)
      ? await keyWith({}, { [name]: other })
      : await keyWith({ [name]: other });
    t.is(key !== plain, factsOf(name).changesResult === 'key', name);
  }
});

test('options that exclude each other are known by name on both sides', (t) => {
  for (const name of names) {
    for (const rule of factsOf(name).excludes ?? []) {
      t.true(Object.hasOwn(OPTIONS, typeof rule === 'string' ? rule : rule.name), name);
    }
  }
});
