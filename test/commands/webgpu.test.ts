import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareImages } from '../../src/pixels/metrics/compare.js';
import { srgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { swiftShader } from '../helpers/swiftshader.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

const { env, missing } = swiftShader;
const withGpu = testWhere(missing === undefined, missing ?? '');

withGpu('--device webgpu gives what the CPU gives, whatever --threads says', async (t) => {
  const cwd = await temporaryDirectory(t);
  for (const name of ['a.png', 'b.png']) {
    const image = drawPair({ widthPx: 24, heightPx: 17, channels: 3, max: 255 });
    await savePng(cwd, name, image.original, image);
  }
  // two sessions of WebGPU in one process would end it
  const flags = ['--threads', '2', '--tile', '12', '--retries', '0'];
  const gpu = await srgan(['pipe', 'a.png', 'b.png', 'gpu', '--device', 'webgpu', ...flags], { cwd, env });
  t.is(gpu.exitCode, 0, gpu.stderr);
  t.notRegex(gpu.stderr, /SIGSEGV/);
  const cpu = await srgan(['pipe', 'a.png', 'b.png', 'cpu', ...flags], { cwd });
  t.is(cpu.exitCode, 0, cpu.stderr);
  for (const name of ['a.png', 'b.png']) {
    const compared = await compareImages(join(cwd, 'gpu', name), join(cwd, 'cpu', name), { shavePx: 0 });
    t.true(compared.largestDifference <= 1);
  }
  t.deepEqual(await readFile(join(cwd, 'gpu', 'a.png')), await readFile(join(cwd, 'gpu', 'b.png')));
});
