import test from 'ava';
import type { NetworkListing } from '../../src/models/networks.js';
import { srgan } from '../helpers/cli.js';

test('models and models list are a table with a row for each factor', async (t) => {
  const { exitCode, stdout, stderr } = await srgan(['models']);
  t.is(exitCode, 0);
  t.is(stderr, '');
  t.is((await srgan(['models', 'list'])).stdout, stdout);
  const rows = stdout.trimEnd().split('\n');
  t.regex(rows[0] ?? '', /^NAME +FACTOR +RADIUS +MACS\/PX +PARAMETERS +LICENCE +PACKAGE$/);
  for (const factor of [2, 3, 4, 8]) {
    t.regex(
      stdout,
      new RegExp(`^esrgan-slim +x${factor} +10 px +[\\d,]+ +[\\d,]+ +MIT +@upscalerjs/esrgan-slim`, 'm'),
    );
  }
});

test('the same as JSON, all or one', async (t) => {
  const all = JSON.parse((await srgan(['models', '--json'])).stdout) as NetworkListing[];
  const slim = all.find(({ name }) => name === 'esrgan-slim');
  t.like(slim, { installed: true, licence: 'MIT', factors: [2, 3, 4, 8] });
  t.deepEqual(JSON.parse((await srgan(['models', 'info', 'esrgan-slim', '--json'])).stdout), slim);
});

test('info tells where a network is from', async (t) => {
  const { stdout } = await srgan(['models', 'info', 'esrgan-slim']);
  t.regex(stdout, /^licence +MIT$/m);
  t.regex(stdout, /^package +@upscalerjs\/esrgan-slim \d/m);
  t.regex(stdout, /^x8 +10 px/m);
});
