import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { OutputFormat } from '../../../src/contract/job.js';
import { attachToAvif, codingOfHeif } from '../../../src/pixels/codec/metadata/heif.js';
import { bufferSource, joinParts } from '../../../src/pixels/codec/byte-source.js';
import { draw, pipelineOf, samplesOf } from '../../helpers/images.js';
import { roundTrip } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { chunksOf } from '../../helpers/with-chunks.js';

const P3 = { primaries: 12, transfer: 13 };
const PQ = { primaries: 9, transfer: 16 };

const codingIn = (avif: Uint8Array) => codingOfHeif(bufferSource(Buffer.from(avif)));

test('code points in an AVIF file do not change pixels', async (t) => {
  for (const lossless of [false, true]) {
    const file = await pipelineOf(draw({ channels: 4 }))
      .avif({ lossless, quality: 80 })
      .toBuffer();
    const coded = joinParts(file, attachToAvif(bufferSource(file), P3, lossless));
    t.notDeepEqual(codingIn(file), P3);
    t.deepEqual(codingIn(coded), P3);
    t.deepEqual((await samplesOf(coded)).data, (await samplesOf(file)).data);
  }
});

test('HDR of an AVIF is kept in AVIF and PNG, with a warning for other formats', async (t) => {
  const bare = await pipelineOf(draw({ bits: 16, noise: 0 }))
    .avif({ quality: 95, bitdepth: 10 })
    .toBuffer();
  const path = join(await temporaryDirectory(t), 'a.avif');
  await writeFile(path, joinParts(bare, attachToAvif(bufferSource(bare), PQ, false)));
  const trip = (format: OutputFormat) => roundTrip(path, { format, factor: 2 });
  const avif = await trip('avif');
  t.deepEqual(avif.warnings, [], 'nothing is said of 10 bits that stay 10');
  t.deepEqual(codingIn(avif.bytes), PQ);
  const png = await trip('png');
  t.deepEqual(png.warnings, []);
  t.deepEqual(new Map(chunksOf(png.bytes)).get('cICP'), Buffer.of(9, 16, 0, 1));
  for (const format of ['jpeg', 'webp', 'tiff'] as const) {
    t.regex((await trip(format)).warnings.join(), /HDR colours .* cannot be stated in/, format);
  }
});
