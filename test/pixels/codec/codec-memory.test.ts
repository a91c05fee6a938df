import test from 'ava';
import { decodingBytes, encodingBytes, type EncodedShape } from '../../../src/pixels/codec/codec-memory.js';
import type { ImageHeader, OutputFormat } from '../../../src/contract/job.js';
import { jobOf } from '../../helpers/job.js';

const MPX = 1e6;
const SHAPE: EncodedShape = {
  widthPx: 1000,
  heightPx: 1000,
  pages: 1,
  channels: 3,
  bitsPerSample: 8,
  resized: false,
};

/** Peaks of memory beside the pixels, per pixel, as they were measured at 24 megapixels (sharp 0.35, x64). */
const ENCODERS: [format: OutputFormat, shape: Partial<EncodedShape>, measured: number][] = [
  ['png', {}, 0.33],
  ['png', { channels: 4 }, 0.44],
  ['png', { bitsPerSample: 16, resized: true }, 13.3],
  ['jpeg', {}, 1.2],
  ['webp', {}, 12.5],
  ['webp', { channels: 1 }, 14.1],
  ['webp', { channels: 4 }, 31.8],
  ['tiff', {}, 0.5],
  ['avif', {}, 37.7],
  ['gif', {}, 12.3],
];

for (const [format, shape, measured] of ENCODERS) {
  test(`encoding ${format} of ${JSON.stringify(shape)} is foreseen`, (t) => {
    const bytes = encodingBytes(format, { ...SHAPE, ...shape });
    t.true(bytes >= measured * MPX && bytes < measured * MPX * 4 + 8 * MPX, `${bytes / MPX} for ${measured}`);
  });
}

const DECODERS: [header: Partial<ImageHeader>, measured: number][] = [
  [{ format: 'png' }, 3.5],
  [{ format: 'jpeg' }, 3.5],
  [{ format: 'webp' }, 7.7],
  [{ format: 'heif' }, 15.9],
  [{ format: 'png', channels: 3, bitsPerSample: 16 }, 7],
];

for (const [header, measured] of DECODERS) {
  test(`decoding ${JSON.stringify(header)} is foreseen`, (t) => {
    const whole = { ...jobOf('x').header, widthPx: 1000, heightPx: 1000, ...header };
    const bytes = decodingBytes(whole);
    t.true(bytes >= measured * MPX && bytes < measured * MPX * 2, `${bytes / MPX} for ${measured}`);
  });
}
