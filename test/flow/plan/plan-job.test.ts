import test from 'ava';
import type { ImageHeader, Source } from '../../../src/contract/job.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { planJob, shapeOfResult } from '../../../src/flow/plan/plan-job.js';
import { settingsOf } from '../../helpers/settings.js';

const paths = { outputPath: 'out/a.png', tempBeside: 'out/a.png' };
const network = {
  model: 'net',
  family: { name: 'net', factors: [2, 3], keepsSize: false },
  because: 'a reason',
};

/** Plans one image of 300×200 in one call, without a file. */
async function planned(
  options: Omit<PipeOptions, 'inputs'>,
  header: Partial<ImageHeader> = {},
  overrides: Source['overrides'] = {},
) {
  const settings = await settingsOf({ inputs: ['a.png'], engine: 'resize', ...options });
  const facts = {
    source: { index: 0, path: 'a.png', relativePath: 'a.png', overrides, extra: {} } as Source,
    file: 'a.png',
    header: {
      format: 'png',
      widthPx: 300,
      heightPx: 200,
      pages: 1,
      channels: 3,
      bits: 8,
      ...header,
    } as ImageHeader,
    network: network as never,
    defaultFactor: 2,
  };
  const shape = shapeOfResult(facts, settings);
  return { shape, job: () => planJob(facts, shape, paths, settings) };
}

test('the default factor, without a size', async (t) => {
  const { job } = await planned({});
  const { passes, targetWidthPx, targetHeightPx, action, format, modelBecause } = job();
  t.deepEqual([passes, targetWidthPx, targetHeightPx], [[2], 600, 400]);
  t.deepEqual([action, format, modelBecause], ['upscale', 'png', 'a reason']);
});

test('an image that is large enough is copied, or encoded again where an option asks for other bytes', async (t) => {
  const box = { width: 300 };
  const same = (await planned(box)).job();
  t.deepEqual([same.action, same.passes, same.modelBecause], ['copy', [], undefined]);
  t.is((await planned({ ...box, strip: true })).job().action, 'upscale');
  t.is((await planned({ ...box, format: 'webp' })).job().action, 'upscale');
  t.is((await planned(box, {}, { quality: 80 })).job().action, 'upscale');
  t.is((await planned(box, { format: 'bmp' })).job().action, 'upscale', 'BMP is not written');
  t.is((await planned({ width: 301 })).job().action, 'upscale');
});

test("a source's own size and quality win over those of the run", async (t) => {
  const { shape, job } = await planned({ scale: 2, quality: 50 }, {}, { scale: 3, quality: 80 });
  t.is(shape.target.widthPx, 900);
  t.deepEqual([job().passes, job().quality], [[3], 80]);
});

test('a result that its format or the run does not allow is refused with the name of the source', async (t) => {
  const webp = await planned({ format: 'webp', scale: 60 });
  t.throws(webp.job, { code: 'E_TOO_LARGE', message: /a\.png/ });
  const limited = await planned({ maxOutputPixels: 100_000 });
  t.throws(limited.job, { code: 'E_TOO_LARGE', message: /a\.png/ });
});
