import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { pipe, type PipeOptions } from '../../../src/index.js';
import { withoutDeadPointers } from '../../../src/pixels/codec/metadata/carry.js';
import { chunk } from '../../../src/pixels/codec/png/png-chunks.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const TEXTS = [
  chunk('tEXt', latin1('parameters\0a cat\nSteps: 20')),
  chunk('zTXt', latin1('workflow\0\0'), deflateSync(latin1('{"nodes":[]}'))),
  chunk('iTXt', latin1('Title\0\0\0\0\0'), Buffer.from('Käse')),
].map((parts) => Buffer.concat(parts));

const image = () => pipelineOf(draw({ widthPx: 16, heightPx: 12 }));

async function png(): Promise<Buffer> {
  const bare = await image().png().toBuffer();
  const [first, ...rest] = TEXTS;
  // some programs put them behind the pixels
  return Buffer.concat([
    bare.subarray(0, 33),
    first ?? bare,
    bare.subarray(33, -12),
    ...rest,
    bare.subarray(-12),
  ]);
}

function segment(marker: number, ...data: Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

async function jpeg(...segments: Buffer[]): Promise<Buffer> {
  const bare = await image().jpeg().toBuffer();
  return Buffer.concat([bare.subarray(0, 2), ...segments, bare.subarray(2)]);
}

async function upscaled(
  t: Parameters<typeof temporaryDirectory>[0],
  source: Buffer,
  name: string,
  options: Partial<PipeOptions>,
) {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, name);
  await writeFile(file, source);
  const warnings: string[] = [];
  let dst = '';
  await pipe({
    inputs: [file],
    out: path.join(directory, 'out'),
    engine: 'resize',
    ...options,
    onOutcome: (outcome) => {
      warnings.push(...outcome.warnings);
      dst = outcome.dst ?? '';
    },
  });
  return { bytes: await readFile(dst), warnings };
}

test('PNG texts are kept in PNG, and reported for other formats', async (t) => {
  const { bytes, warnings } = await upscaled(t, await png(), 'a.png', {});
  for (const text of TEXTS) t.true(bytes.includes(text));
  t.deepEqual(warnings, []);
  t.is((await sharp(bytes).metadata()).comments?.length, 3);
  const webp = await upscaled(t, await png(), 'a.png', { format: 'webp' });
  t.deepEqual(webp.warnings, [
    'Text in the file (parameters, workflow, Title) was left out, since there is no place for it in WebP.',
  ]);
  const stripped = await upscaled(t, await png(), 'a.png', { strip: true });
  t.false(stripped.bytes.includes('parameters'));
  t.deepEqual(stripped.warnings, []);
});

test('a JPEG comment is kept in JPEG, becomes a PNG text, and is reported elsewhere', async (t) => {
  const source = await jpeg(segment(0xfe, latin1('Steps: 20')), segment(0xfe, Buffer.from('Käse')));
  const same = await upscaled(t, source, 'a.jpg', {});
  t.true(same.bytes.includes(segment(0xfe, latin1('Steps: 20'))));
  t.true(same.bytes.includes(segment(0xfe, Buffer.from('Käse'))));
  const png = await upscaled(t, source, 'a.jpg', { format: 'png' });
  t.deepEqual((await sharp(png.bytes).metadata()).comments, [
    { keyword: 'Comment', text: 'Steps: 20' },
    { keyword: 'Comment', text: 'Käse' },
  ]);
  t.deepEqual([...same.warnings, ...png.warnings], []);
  t.regex(
    (await upscaled(t, source, 'a.jpg', { format: 'tiff' })).warnings.join(),
    /Text in the file \(comment\)/,
  );
});

const XMP = (inner: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${inner}</rdf:RDF></x:xmpmeta>`;

for (const [what, inner, sentence] of [
  [
    'motion photo',
    '<rdf:Description xmlns:GCamera="g" xmlns:Container="c" dc:title="t" GCamera:MotionPhoto="1" GCamera:MicroVideoOffset="184"><Container:Directory><rdf:Seq/></Container:Directory></rdf:Description>',
    'The video of the motion photo was left out.',
  ],
  [
    'gain map',
    '<rdf:Description xmlns:hdrgm="h" hdrgm:Version="1.0" dc:title="t"><hdrgm:GainMapMax>2</hdrgm:GainMapMax></rdf:Description>',
    'The gain map for HDR screens was left out.',
  ],
  [
    'extended XMP',
    '<rdf:Description xmlns:xmpNote="x" dc:title="t" xmpNote:HasExtendedXMP="0123456789ABCDEF"/>',
    'The extended part of the XMP metadata was left out.',
  ],
] as const) {
  test(`${what}: what is left out is told, and nothing points at it`, async (t) => {
    const source = await jpeg(segment(0xe1, latin1('http://ns.adobe.com/xap/1.0/\0'), latin1(XMP(inner))));
    const { bytes, warnings } = await upscaled(t, source, 'a.jpg', {});
    t.deepEqual(warnings, [sentence]);
    const xmp = (await sharp(bytes).metadata()).xmp?.toString() ?? '';
    t.regex(xmp, /dc:title="t"/);
    t.notRegex(xmp, /GCamera:M|Container:D|hdrgm:[VG]|HasExtended/);
  });
}

test('other XMP is unchanged', (t) => {
  const xmp = Buffer.from(
    XMP('<rdf:Description GCamera:HdrPlusMakernote="1"><hdrgm:VersionX>1</hdrgm:VersionX></rdf:Description>'),
  );
  t.deepEqual(withoutDeadPointers(xmp), xmp);
});

test('the other images of a multi-picture file are reported', async (t) => {
  const source = await jpeg(segment(0xe2, latin1('MPF\0MM\0*\0\0\0\x08\0\0')));
  t.deepEqual((await upscaled(t, source, 'a.jpg', {})).warnings, [
    'The other images in the file were left out.',
  ]);
});
