// Checks what `npm start` left in examples/out: every example there, twice the size, and like its source.
import { readdir } from 'node:fs/promises';
import sharp from 'sharp';

const sources = (await readdir('examples/images')).sort();
const results = (await readdir('examples/out')).filter((name) => !name.startsWith('.')).sort();
let wrong = 0;
const expect = (holds, sentence) => {
  if (holds) return;
  wrong++;
  console.error(`wrong: ${sentence}`);
};

expect(sources.length >= 4, 'there are at least four examples');
expect(String(sources) === String(results), `examples/out has ${results} for ${sources}`);

for (const name of results) {
  const source = await sharp(`examples/images/${name}`).metadata();
  const result = await sharp(`examples/out/${name}`).metadata();
  expect(
    result.width === 2 * source.width && result.height === 2 * source.height,
    `${name} is ${result.width}×${result.height}, from ${source.width}×${source.height}`,
  );
  expect(result.channels === source.channels, `${name} keeps its ${source.channels} channels`);
  const small = await pixels(
    sharp(`examples/out/${name}`).resize(source.width, source.height, { kernel: 'cubic' }),
  );
  const original = await pixels(sharp(`examples/images/${name}`));
  const psnr = 10 * Math.log10(255 ** 2 / meanSquare(small, original));
  expect(psnr > 24, `${name} scaled down again is ${psnr.toFixed(1)} dB from its source`);
  console.log(
    `${name}: ${result.width}×${result.height}, ${psnr.toFixed(1)} dB against its source when scaled down`,
  );
}
process.exitCode = wrong > 0 ? 1 : 0;

function pixels(image) {
  return image.flatten({ background: '#808080' }).toColourspace('srgb').raw().toBuffer();
}

function meanSquare(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
