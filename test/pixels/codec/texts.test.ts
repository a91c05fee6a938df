import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { attachToJpeg } from '../../../src/pixels/codec/attach/jpeg.js';
import { readJpegFacts } from '../../../src/pixels/codec/metadata/jpeg-facts.js';
import { readPngFacts } from '../../../src/pixels/codec/metadata/png-facts.js';
import { bufferSource } from '../../../src/pixels/codec/metadata/tiff-directory.js';
import { withoutDeadPointers } from '../../../src/pixels/codec/metadata/xmp.js';
import { joined } from '../../../src/pixels/codec/parts.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { roundTrip } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { chunksOf, withChunks } from '../../helpers/with-chunks.js';

const TEXTS: [string, Buffer][] = [
  ['tEXt', Buffer.from('parameters\0a tree\nSteps: 40', 'latin1')],
  ['iTXt', Buffer.concat([Buffer.from('Description\0\0\0de\0\0'), Buffer.from('Grüße')])],
  ['zTXt', Buffer.concat([Buffer.from('Title\0\0'), deflateSync('again '.repeat(50))])],
];

async function saved(t: ExecutionContext, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await writeFile(path, bytes);
  return path;
}

const texts = (png: Uint8Array) => chunksOf(png).filter(([type]) => type.endsWith('Xt'));

test('texts of a PNG arrive in PNG; elsewhere they are named; --strip drops them', async (t) => {
  const path = await saved(t, 'a.png', withChunks(await pipelineOf(draw()).png().toBuffer(), ...TEXTS));
  const kept = await roundTrip(path, { format: 'png', factor: 2 });
  t.deepEqual(texts(kept.bytes), TEXTS);
  t.deepEqual(kept.warnings, []);
  const stripped = await roundTrip(path, { format: 'png', factor: 2 }, { strip: true });
  t.deepEqual(texts(stripped.bytes), []);
  t.deepEqual(stripped.warnings, []);
  for (const format of ['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
    const { warnings } = await roundTrip(path, { format, factor: 2 });
    t.regex(warnings.join(), /Text \(parameters, Description, Title\) was left out/, format);
  }
});

test('a comment of a JPEG arrives in JPEG and PNG; elsewhere that it does not is said', async (t) => {
  const jpeg = await pipelineOf(draw()).jpeg().toBuffer();
  const comments = [Buffer.from('hello'), Buffer.from('Grüße')];
  const path = await saved(t, 'a.jpg', joined(jpeg, attachToJpeg(bufferSource(jpeg), { comments })));
  const again = await roundTrip(path, { format: 'jpeg', factor: 2 });
  t.deepEqual(readJpegFacts(bufferSource(Buffer.from(again.bytes))).comments, comments);
  const png = await roundTrip(path, { format: 'png', factor: 2 });
  const meta = await sharp(png.bytes).metadata();
  t.deepEqual(meta.comments, [
    { keyword: 'Comment', text: 'hello' },
    { keyword: 'Comment', text: 'Grüße' },
  ]);
  t.regex((await roundTrip(path, { format: 'webp', factor: 2 })).warnings.join(), /The comment was left out/);
});

test('texts beyond a limit are not held', async (t) => {
  const long = Buffer.alloc(8 * 2 ** 20 + 1, 'a');
  const file = withChunks(
    await pipelineOf(draw()).png().toBuffer(),
    ['tEXt', long],
    ['tEXt', Buffer.from('k\0v')],
  );
  const facts = readPngFacts(bufferSource(file));
  t.is(facts.texts.length, 1);
  t.is(facts.longTexts, 1);
});

const HEAD =
  '<rdf:Description xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:g="http://ns.adobe.com/hdr-gain-map/1.0/" ' +
  'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmlns:dc="d"';

test('XMP loses what points at other parts of the file, and nothing else', (t) => {
  const packet =
    `${HEAD} g:Version="1.0" GCamera:MicroVideo="1" GCamera:MicroVideoOffset='184' dc:x="g:Version" xmpNote:HasExtendedXMP="AB" GCamera:Other="é">` +
    '<Container:Directory><rdf:Seq><rdf:li><Container:Item Item:Length="0"/></rdf:li></rdf:Seq></Container:Directory>' +
    '<g:GainMapMax>3</g:GainMapMax><g:Empty/><dc:title>hello</dc:title></rdf:Description>';
  t.is(
    withoutDeadPointers(Buffer.from(packet)).toString(),
    `${HEAD} dc:x="g:Version" GCamera:Other="é"><dc:title>hello</dc:title></rdf:Description>`,
  );
});

test('XMP of a hostile file costs no more than its length', (t) => {
  const packet = Buffer.from(HEAD + '>' + '<g:A>'.repeat(20_000) + '<Container:Directory'.repeat(20_000));
  t.true(withoutDeadPointers(packet).equals(packet));
});

/** A JPEG whose MP index (CIPA DC-007) states this many pictures. */
function withPictures(jpeg: Buffer, pictures: number): Buffer {
  const index = Buffer.alloc(4 + 8 + 2 + 12 + 4);
  index.write('MPF\0MM\0*\0\0\0\x08\0\x01\xb0\x01\0\x04\0\0\0\x01', 'latin1');
  index.writeUInt32BE(pictures, 4 + 8 + 2 + 8);
  const head = Buffer.from([0xff, 0xe2, 0, index.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, index, jpeg.subarray(2), jpeg]);
}

test('what a JPEG holds beside its picture is named', async (t) => {
  const note = async (jpeg: Buffer) => {
    const { warnings } = await roundTrip(await saved(t, 'a.jpg', jpeg), { format: 'jpeg', factor: 2 });
    return warnings.join();
  };
  const jpeg = await pipelineOf(draw()).jpeg().toBuffer();
  const withXmp = (attributes: string) => {
    const xmp = Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${HEAD} ${attributes}/></x:xmpmeta>`);
    return joined(jpeg, attachToJpeg(bufferSource(jpeg), { xmp }));
  };
  t.is(await note(jpeg), '');
  t.regex(await note(withPictures(jpeg, 2)), /the second picture of the file/);
  t.regex(await note(withPictures(jpeg, 5)), /the 4 further pictures of the file/);
  t.regex(await note(withXmp('g:Version="1.0"')), /the gain map, which makes it HDR/);
  t.regex(await note(withXmp('GCamera:MotionPhoto="1"')), /the video of the motion photo/);
});
