import test from 'ava';
import type { NetworkListing } from '../../src/network/models/networks.js';
import { srgan } from '../helpers/cli.js';

test('models and models list are a table with a row for each factor', async (t) => {
  const { exitCode, stdout, stderr } = await srgan(['models']);
  t.is(exitCode, 0);
  t.is(stderr, '');
  t.is((await srgan(['models', 'list'])).stdout, stdout);
  const rows = stdout.trimEnd().split('\n');
  t.regex(rows[0] ?? '', /^NAME +FACTOR +RADIUS +MACS\/PX +PARAMETERS +LICENCE +FROM$/);
  for (const factor of [2, 3, 4, 8]) {
    t.regex(
      stdout,
      new RegExp(`^esrgan-slim +x${factor} +10 px +[\\d,]+ +[\\d,]+ +MIT +@upscalerjs/esrgan-slim`, 'm'),
    );
  }
});

test('the same as JSON, all or one; one tells what folding gains, too', async (t) => {
  const all = JSON.parse((await srgan(['models', '--json'])).stdout) as NetworkListing[];
  const slim = all.find(({ name }) => name === 'esrgan-slim');
  t.like(slim, { installed: true, licence: 'MIT', factors: [2, 3, 4, 8] });
  const { stdout } = await srgan(['models', 'info', 'esrgan-slim', '--json']);
  const { networks, runsOn, ...facts } = JSON.parse(stdout) as NetworkListing & { runsOn: string };
  t.regex(runsOn, /^(native kernels for|onnxruntime)/);
  t.like(slim, facts);
  for (const [i, { foldedMacsPerPixel, ...network }] of networks.entries()) {
    t.deepEqual(network, slim!.networks[i]);
    t.true(foldedMacsPerPixel! < network.macsPerPixel / 2.8);
  }
});

test('info tells where a network is from', async (t) => {
  const { stdout } = await srgan(['models', 'info', 'esrgan-slim']);
  t.regex(stdout, /^licence +MIT$/m);
  t.regex(stdout, /^package +@upscalerjs\/esrgan-slim \d/m);
  t.regex(stdout, /^FACTOR +RADIUS +MACS\/PX +FOLDED +GAIN /m);
  t.regex(stdout, /^x2 +10 px +222,544 +72,824 +3\.06x /m);
  t.regex(stdout, /^x8 +10 px/m);
  t.regex(stdout, /^Runs on .+\.$/m);
});
