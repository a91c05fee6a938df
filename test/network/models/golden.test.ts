import { access } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import type { EngineSettings } from '../../../src/contract/engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { packageDirectory } from '../../../src/network/models/packaged.js';
import { PACKAGED, type PackagedFamily } from '../../../src/network/models/registry.js';
import type { Test } from '../engines/conformance.js';
import { composedNetwork } from '../../helpers/composed-network.js';
import { blankPixels, largestDifference } from '../../helpers/pixels.js';
import { testOnTfjsNode } from '../../helpers/tfjs-node.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';

// the packages bring an image and what the networks made of it elsewhere
const MAX_OFF = 1e-4;

const ENGINES: readonly { title: string; settings: EngineSettings; test: Test }[] = [
  { title: 'onnx', settings: { engine: 'onnx', device: 'cpu' }, test },
  {
    title: 'tfjs on tfjs-node',
    settings: { engine: 'tfjs', device: 'cpu', tfjs: 'node' },
    test: testOnTfjsNode,
  },
];

for (const { title, settings, test } of ENGINES) {
  for (const family of PACKAGED) {
    for (const factor of family.factors) {
      // slim and medium have no sample of factor 8
      if (factor === 8 && family.name !== 'esrgan-thick') continue;
      checkSample(`${title}: ${family.name} x${factor}`, settings, test, family, factor);
    }
  }
}

function checkSample(
  title: string,
  settings: EngineSettings,
  test: Test,
  family: PackagedFamily,
  factor: number,
): void {
  test(`${title} makes the package's own sample of its fixture`, async (t) => {
    const assets = path.join(await packageDirectory(family), 'assets');
    const fixture = await rgb(path.join(assets, 'fixture.png'));
    const sample = await rgb(path.join(assets, 'samples', `${factor}x`, 'result.png'));
    t.deepEqual([sample.width, sample.height], [fixture.width * factor, fixture.height * factor]);

    const engine = await openEngine(settings);
    const network = await engine.load(await openNetworks(settings).load(family.name, factor));
    const result = await network.run(planesOf(fixture), fixture.width, fixture.height);
    const expected = planesOf(sample);
    let off = 0;
    let farthest = 0;
    expected.forEach((value, i) => {
      const level = Math.min(255, Math.max(0, Math.floor(result[i]! + 0.5)));
      if (level !== value) off += 1;
      farthest = Math.max(farthest, Math.abs(level - value));
    });
    await network.dispose();
    t.log(`${off} of ${expected.length} values differ (${((100 * off) / expected.length).toFixed(4)} %)`);
    t.true(farthest <= 1, `${farthest} levels apart`);
    t.true(off <= MAX_OFF * expected.length);
  });
}

for (const family of PACKAGED.filter(({ name }) => name !== 'esrgan-thick')) {
  for (const factor of [2, 3, 4]) {
    test(`${family.name} x${factor}, folded and in tiles, makes the package's own sample, too`, async (t) => {
      const assets = path.join(await packageDirectory(family), 'assets');
      const { data, width, height } = await rgb(path.join(assets, 'fixture.png'));
      const sample = await rgb(path.join(assets, 'samples', `${factor}x`, 'result.png'));
      const { pool } = poolOf(t, { threads: 2 });
      const network = composedNetwork(
        await openNetworks({ engine: 'onnx', device: 'cpu' }).load(family.name, factor),
      );
      const pixels = blankPixels({ widthPx: width, heightPx: height });
      const expected = blankPixels({ widthPx: sample.width, heightPx: sample.height });
      pixels.data.set(data);
      expected.data.set(sample.data);
      const result = await pool.upscale(requestOf({ network, pixels, tilePx: 48 }));
      t.true(largestDifference(result, expected) <= 1);
      const off = sample.data.reduce((count, value, i) => count + Number(value !== result.data[i]), 0);
      t.true(off <= MAX_OFF * sample.data.length, `${off} of ${sample.data.length}`);
    });
  }
}

test('every sample that the packages bring is checked', async (t) => {
  for (const family of PACKAGED.filter(({ name }) => name !== 'esrgan-thick')) {
    const samples = path.join(await packageDirectory(family), 'assets', 'samples');
    await t.throwsAsync(access(path.join(samples, '8x')), { code: 'ENOENT' });
  }
});

interface Image {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

async function rgb(file: string): Promise<Image> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function planesOf({ data, width, height }: Image): Float32Array {
  const pixels = width * height;
  return Float32Array.from(data, (_, i) => data[(i % pixels) * 3 + Math.floor(i / pixels)]!);
}
