import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';

import { pipe, type Outcome } from '../../src/index.js';
import { draw, pipelineOf } from '../helpers/images.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

/** Where Go has the images that it is tested with; undefined where there is no Go. */
function goImages(): string | undefined {
  const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' });
  const directory = root.status === 0 ? path.join(root.stdout.trim(), 'src', 'image') : undefined;
  return directory !== undefined && existsSync(path.join(directory, 'png', 'testdata'))
    ? directory
    : undefined;
}

/** Those of golang.org/x/image, from the module cache or the module proxy. */
function goModuleImages(): string | undefined {
  const args = ['mod', 'download', '-json', 'golang.org/x/image@v0.18.0'];
  const got = spawnSync('go', args, { encoding: 'utf8', cwd: '/', timeout: 60_000 });
  if (got.status !== 0) return undefined;
  return path.join((JSON.parse(got.stdout) as { Dir: string }).Dir, 'testdata');
}

const go = goImages();
const goModule = go === undefined ? undefined : goModuleImages();

async function endsOf(files: readonly string[], out: string): Promise<Map<string, Outcome>> {
  const ends = new Map<string, Outcome>();
  await pipe({
    inputs: { kind: 'iterable', sources: files },
    out,
    engine: 'resize',
    scale: 2,
    name: '{name}.{srcext}.png',
    format: 'png',
    threads: 2,
    onOutcome: (outcome) => void ends.set(path.basename(outcome.src), outcome),
  });
  return ends;
}

const imagesIn = async (directory: string, ...under: string[]) =>
  (await readdir(path.join(directory, ...under)))
    .filter((name) => /\.(png|jpe?g|gif|tiff|webp|bmp)$/.test(name))
    .map((name) => path.join(directory, ...under, name));

const codesOf = (ends: Map<string, Outcome>) =>
  Object.fromEntries(
    [...ends].filter(([, { status }]) => status !== 'done').map(([name, { code }]) => [name, code]),
  );

testWhere(go !== undefined, 'no Go here with its test images')(
  'PngSuite and the other images that Go is tested with: what is damaged fails, the others succeed',
  async (t) => {
    const files = [
      ...(await imagesIn(go!, 'png', 'testdata')),
      ...(await imagesIn(go!, 'png', 'testdata', 'pngsuite')),
      ...(await imagesIn(go!, 'testdata')),
    ];
    t.true(files.length > 70);
    const ends = await endsOf(files, await temporaryDirectory(t));
    t.is(ends.size, files.length);
    // libpng paints palette colours that are not there black, so invalid-palette.png is done
    t.deepEqual(codesOf(ends), {
      'invalid-crc32.png': 'E_DECODE',
      'invalid-noend.png': 'E_TRUNCATED',
      'invalid-trunc.png': 'E_TRUNCATED',
      'invalid-zlib.png': 'E_DECODE',
    });
    t.log(`${files.length} files`);
  },
);

testWhere(goModule !== undefined, 'no Go module of images to be had here')(
  'the images of golang.org/x/image',
  async (t) => {
    const files = await imagesIn(goModule!);
    const ends = await endsOf(files, await temporaryDirectory(t));
    t.is(ends.size, files.length);
    const codes = codesOf(ends);
    for (const name of ends.keys()) {
      if (name === 'invalid-palette-ref.tiff') t.regex(codes[name] ?? '', /^E_(DECODE|TRUNCATED)$/);
      else t.is(codes[name], undefined, name);
    }
    t.log(`${files.length} files`);
  },
);

/** Byte `at` of a PNG set to `value`, with the check sum of its header set right again. */
function withHeaderByte(png: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(png);
  changed[at] = value;
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29);
  return changed;
}

test('PNG files that are wrong in the ways of the corrupt ones of PngSuite all fail', async (t) => {
  const directory = await temporaryDirectory(t);
  const png = await pipelineOf(draw()).png().toBuffer();
  const idat = png.indexOf('IDAT') - 4;
  const idatEnd = idat + 12 + png.readUInt32BE(idat);
  const set = (at: number, value: number) => Buffer.from(png).fill(value, at, at + 1);
  const text = png.toString('latin1');
  // named as in PngSuite; offsets are those of the signature and of IHDR
  const cases: Record<string, Buffer> = {
    xs1: set(0, 0x09),
    xs2: set(1, 0x51),
    xs4: set(3, 0x67),
    xs7: set(6, 0x20),
    xcr: Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'),
    xlf: Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1'),
    xc1: withHeaderByte(png, 25, 1),
    xc9: withHeaderByte(png, 25, 9),
    xd0: withHeaderByte(png, 24, 0),
    xd3: withHeaderByte(png, 24, 3),
    xd9: withHeaderByte(png, 24, 99),
    xdt: Buffer.concat([png.subarray(0, idat), png.subarray(idatEnd)]),
    xhd: set(29, png[29]! ^ 0xff),
    xcs: set(idatEnd - 1, png[idatEnd - 1]! ^ 0xff),
  };
  const files: string[] = [];
  for (const [name, bytes] of Object.entries(cases)) {
    files.push(path.join(directory, `${name}.png`));
    await writeFile(files.at(-1)!, bytes);
  }
  const ends = await endsOf(files, path.join(directory, 'out'));
  for (const [name, { code }] of ends) t.regex(code ?? 'done', /^E_(DECODE|UNSUPPORTED|TRUNCATED)$/, name);
  t.is(ends.size, files.length);
  t.log(`${files.length} files`);
});
