import path from 'node:path';
import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { kindOf, chooseNetwork } from '../../../src/flow/plan/choose-network.js';
import type { Kind } from '../../../src/contract/own-names.js';
import { readHeader } from '../../../src/flow/stages/decode.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const LIMITS = { maxPixels: 1e6, maxFrames: 10, maxInputBytes: 1e8 };
const CASES: [name: string, write: (image: Sharp) => Sharp, kind: Kind, because: string][] = [
  ['a.png', (image) => image.png(), 'clean', 'PNG'],
  ['75.jpg', (image) => image.jpeg({ quality: 75 }), 'photo', 'JPEG quality 75'],
  ['90.jpg', (image) => image.jpeg({ quality: 90 }), 'photo', 'JPEG quality 90'],
  ['98.jpg', (image) => image.jpeg({ quality: 98 }), 'clean', 'JPEG quality 98'],
  ['a.webp', (image) => image.webp({ quality: 80 }), 'photo', 'lossy WebP, quantizer 14'],
  ['100.webp', (image) => image.webp({ quality: 100 }), 'clean', 'lossy WebP, quantizer 0'],
  ['l.webp', (image) => image.webp({ lossless: true }), 'clean', 'lossless WebP'],
  ['a.tif', (image) => image.tiff({ compression: 'lzw' }), 'clean', 'TIFF'],
  ['j.tif', (image) => image.tiff({ compression: 'jpeg' }), 'photo', 'TIFF with JPEG compression'],
  ['a.avif', (image) => image.avif({ quality: 50 }), 'photo', 'AVIF'],
  ['a.gif', (image) => image.gif(), 'clean', 'GIF'],
];

for (const [name, write, kind, because] of CASES) {
  test(`${name}: ${kind}`, async (t) => {
    const file = path.join(await temporaryDirectory(t), name);
    await write(pipelineOf(draw({ widthPx: 64, heightPx: 48 }))).toFile(file);
    const header = await readHeader(file, LIMITS);
    t.is(kindOf(file, header).kind, kind);
    t.is(kindOf(file, header).because.replace(/\d+$/, ''), because.replace(/\d+$/, ''));
  });
}

test('the network: named, of a kind, chosen, and what stands in for one that is missing', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'a.jpg');
  await pipelineOf(draw({ widthPx: 64, heightPx: 48 }))
    .jpeg({ quality: 60 })
    .toFile(file);
  const header = await readHeader(file, LIMITS);
  const there = (...names: string[]) => ({
    describe: (name: string) =>
      Promise.resolve({ name: names.includes(name) ? name : 'clean-s', factors: [2], defaultFactor: 2 }),
  });
  const choose = async (asked: string, ...names: string[]) => {
    const { model, because } = await chooseNetwork(there(...names), asked, file, header);
    return [model, because];
  };
  t.deepEqual(await choose('nets/x.onnx', 'nets/x.onnx'), ['nets/x.onnx', undefined]);
  t.deepEqual(await choose('clean-m', 'clean-m'), ['clean-m', undefined]);
  t.deepEqual(await choose('auto-m', 'photo-m'), ['photo-m', 'JPEG quality 60']);
  t.deepEqual(await choose('auto-m'), ['clean-s', 'JPEG quality 60; there is no photo-m yet']);
  t.deepEqual(await choose('drawing-l'), ['clean-s', 'there is no drawing-l yet']);
});

test('a drawing is told by its pixels, where there is a network for drawings', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'a.png');
  await sharp(Buffer.from(DRAWING)).png().toFile(file);
  const header = await readHeader(file, LIMITS);
  const choose = async (...names: string[]) => {
    const describe = (name: string) =>
      Promise.resolve({ name: names.includes(name) ? name : 'clean-m', factors: [2], defaultFactor: 2 });
    const { model, because } = await chooseNetwork({ describe }, 'auto-m', file, header);
    return [model, because];
  };
  t.deepEqual(await choose('clean-m'), ['clean-m', 'PNG']);
  t.deepEqual(await choose('clean-m', 'drawing-m'), ['drawing-m', 'PNG with flat colours']);
});

test('a drawing is told in a JPEG, too, where a sky is not taken for one', async (t) => {
  const directory = await temporaryDirectory(t);
  const describe = (name: string) => Promise.resolve({ name, factors: [2], defaultFactor: 2 });
  const chosen = async (name: string, image: Sharp, quality: number) => {
    const file = path.join(directory, name);
    await image.jpeg({ quality }).toFile(file);
    return (await chooseNetwork({ describe }, 'auto-m', file, await readHeader(file, LIMITS))).because;
  };
  const drawing = () => sharp(Buffer.from(DRAWING)).resize(480, 360);
  const sky = () => sharp(Buffer.from(SKY));
  t.is(await chosen('a.jpg', drawing(), 75), 'JPEG quality 75 with flat colours');
  t.is(await chosen('b.jpg', drawing(), 95), 'JPEG quality 95 with flat colours');
  t.is(await chosen('c.jpg', sky(), 75), 'JPEG quality 75');
  t.is(await chosen('d.jpg', sky(), 91), 'JPEG quality 91');
});

const SKY = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="360">
  <linearGradient id="a" x2="0.2" y2="1"><stop stop-color="#148"/><stop offset="1" stop-color="#def"/></linearGradient>
  <rect width="480" height="360" fill="url(#a)"/></svg>`;

const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90">
  <rect width="120" height="90" fill="#eee"/><circle cx="40" cy="45" r="30" fill="#c33"/>
  <path d="M60 10L110 80L70 80Z" fill="#36c" stroke="black"/></svg>`;
