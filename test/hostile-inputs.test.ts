import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { readKeras } from '../src/network/graph/read/keras/read-keras.js';
import { readNcnn } from '../src/network/graph/read/ncnn/read-ncnn.js';
import { metadataOf, readOnnxModel } from '../src/network/graph/read/onnx/onnx-model.js';
import { readOnnx } from '../src/network/graph/read/onnx/read-onnx.js';
import { readRsr } from '../src/network/graph/read/rsr/read-rsr.js';
import { decodeXz } from '../src/network/graph/read/rsr/xz.js';
import { unpackTar, unpackZip } from '../src/network/models/add/unpack.js';
import { pngFrames } from '../src/pixels/codec/png/animated-png.js';
import { heifEndsEarly, jpegEndsEarly, pngEndsEarly } from '../src/pixels/codec/container.js';
import { openWindow, bufferSource } from '../src/pixels/codec/byte-source.js';
import { readGif } from '../src/pixels/codec/gif-frames.js';
import { codingOfHeif } from '../src/pixels/codec/metadata/heif.js';
import { exifOfTiff, resizedExif, tiffTagsOfExif, uprightExif } from '../src/pixels/codec/metadata/exif.js';
import { jpegQuality, webpQuantizer } from '../src/pixels/codec/metadata/quantization.js';
import { readDirectories } from '../src/pixels/codec/metadata/tiff-directory.js';
import { readBmp } from '../src/pixels/codec/plain/bmp.js';
import { readNetpbm } from '../src/pixels/codec/plain/netpbm.js';
import { resizedXmp, uprightXmp } from '../src/pixels/codec/metadata/carry.js';
import { readEntries } from '../src/places/find/lists.js';
import { fromSpec } from '../src/places/find/draft.js';
import { countSteps } from './helpers/count-steps.js';
import { collect } from './helpers/collect.js';
import { seeded } from './helpers/random.js';
import { temporaryDirectory } from './helpers/temporary-directory.js';

type Parse = (bytes: Buffer, directory: string) => unknown;

interface Parser {
  readonly parse: Parse;
  /** The begin of a file of the kind, and parts that fill the rest: each is repeated, and all are mixed. */
  readonly head: Buffer;
  readonly parts: readonly Buffer[];
  /** Inputs of a size that are well-formed on the whole. */
  readonly wellFormed?: (bytes: number) => Buffer[];
  /** Steps a byte. */
  readonly most: number;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');
const windowOf = (bytes: Buffer) =>
  openWindow(bytes.length, (buffer, at) => Promise.resolve(bytes.copy(buffer, 0, at)));
const asFile =
  (parse: (file: string, directory: string) => unknown): Parse =>
  async (bytes, directory) => {
    const file = path.join(directory, 'input');
    await writeFile(file, bytes);
    return parse(file, directory);
  };
async function* once(bytes: Buffer) {
  yield await Promise.resolve(bytes);
}

const PNG = hex('89504e47 0d0a1a0a 0000000d 49484452 00000010 00000010 08 06 00 00 00 00000000');
const ENTRY = (tag: number, type: number, count: number, value: number) => {
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(count, 4);
  entry.writeUInt32LE(value, 8);
  return entry;
};
const TIFF = Buffer.concat([ascii('II*\0'), hex('08000000 ffff')]);
const ENTRIES = [
  ENTRY(34665, 4, 1, 8),
  ENTRY(34853, 4, 1, 10),
  ENTRY(40965, 4, 1, 22),
  ENTRY(700, 7, 60_000, 8),
  ENTRY(273, 4, 0xffffffff, 8),
  ENTRY(282, 5, 1, 8),
];
/** Directories that are full of entries of each kind, and of all in turn. */
function tables(bytes: number): Buffer[] {
  const count = Math.floor((bytes - 14) / 12);
  const head = Buffer.concat([ascii('II*\0'), hex('08000000'), Buffer.from(Uint16Array.of(count).buffer)]);
  const table = (entry: (i: number) => Buffer) =>
    Buffer.concat([head, ...Array.from({ length: count }, (_, i) => entry(i)), Buffer.alloc(4)]);
  return [
    ...ENTRIES.map((entry) => table(() => entry)),
    table((i) => ENTRIES[i % ENTRIES.length] ?? TIFF),
    table((i) => ENTRY(34665, 4, 1, 10 + 12 * i)),
    table((i) => ENTRY(34665, 4, 1, 8 + 2 * i)),
  ];
}

/** A model of `bytes`, with as many layers, inputs of a layer, or weights as that takes. */
function models(bytes: number): Buffer[] {
  const many = (text: string) =>
    Array(Math.ceil(bytes / text.length))
      .fill(text)
      .join(',');
  const model = (layers: string, weights: string) =>
    ascii(
      `{"format":"layers-model","modelTopology":{"model_config":{"class_name":"Functional","config":{"layers":[${layers}],"input_layers":[["a",0,0]],"output_layers":[["a",0,0]]}}},"weightsManifest":[{"paths":["x"],"weights":[${weights}]}]}`,
    );
  const input =
    '{"class_name":"InputLayer","name":"a","config":{"batch_input_shape":[null,null,null,3],"name":"a"},"inbound_nodes":[]}';
  const add = (inbound: string) =>
    `{"class_name":"Add","name":"b","config":{"name":"b"},"inbound_nodes":[[${inbound}]]}`;
  return [
    model(many(input), ''),
    model(`${input},${many(add('["a",0,0,{}],["b",0,0,{}]'))}`, ''),
    model(`${input},${add(many('["a",0,0,{}]'))}`, ''),
    model(input, many('{"name":"w","shape":[1],"dtype":"float32"}')),
    model(input, `{"name":"w","shape":[${many('1')}],"dtype":"float32"}`),
    ascii('['.repeat(bytes / 2) + ']'.repeat(bytes / 2)),
  ];
}

const TAR_HEADER = (() => {
  const header = Buffer.alloc(512);
  header.write('net.onnx', 0);
  header.write('00000000000\0', 124);
  header.write('        ', 148);
  header.write('0', 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
})();
const CENTRAL = (() => {
  const entry = Buffer.alloc(46 + 6);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt16LE(6, 28);
  entry.write('readme', 46);
  return entry;
})();

/** Closes a ZIP file whose list of files is all that comes before. */
function zipped(bytes: Buffer): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([bytes, end]);
}

const PARSERS: Readonly<Record<string, Parser>> = {
  'TIFF directories': {
    parse: (bytes) => [readDirectories(bufferSource(bytes)), exifOfTiff(bufferSource(bytes))],
    head: TIFF,
    parts: [...ENTRIES, Buffer.alloc(6), hex('0100 08000000')],
    wellFormed: tables,
    most: 10,
  },
  EXIF: {
    parse: (bytes) => {
      for (const parse of [tiffTagsOfExif, uprightExif, (exif: Buffer) => resizedExif(exif, 1, 1)]) {
        try {
          parse(bytes);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
        }
      }
    },
    head: TIFF,
    parts: [...ENTRIES, Buffer.alloc(6)],
    wellFormed: tables,
    most: 30,
  },
  'PNG chunks': {
    parse: async (bytes, directory) => [
      await pngEndsEarly(windowOf(bytes)),
      await asFile(pngFrames)(bytes, directory),
    ],
    head: PNG,
    parts: [
      hex('00000000 7a545874 00000000'),
      hex('00000008 6163544c 00000001 00000000 00000000'),
      hex('ffffffff 49444154'),
      hex('0000001a 6663544c'),
    ],
    most: 5,
  },
  RIFF: {
    parse: (bytes) => webpQuantizer(bufferSource(bytes)),
    head: Buffer.concat([ascii('RIFF'), hex('ffff0000'), ascii('WEBP')]),
    parts: [ascii('ANMF\0\0\0\0'), ascii('VP8X\0\0\0\0'), ascii('VP8 \x0a\0\0\0'), hex('ffffffff')],
    most: 2,
  },
  'JPEG segments': {
    parse: async (bytes) => {
      await jpegEndsEarly(windowOf(bytes));
      return jpegQuality(bufferSource(bytes));
    },
    head: hex('ffd8'),
    parts: [hex('ffff'), hex('ffda 0002'), hex('ffe1 0002'), hex('ff00'), hex('ffd0'), hex('ffdb 0043 00')],
    most: 30,
  },
  'GIF blocks': {
    parse: (bytes) => readGif(windowOf(bytes)),
    head: Buffer.concat([ascii('GIF89a'), hex('0100 0100 00 00 00')]),
    parts: [hex('21 f9 00'), hex('2c 0000 0000 0100 0100 00 02 00'), hex('01 00'), hex('ff')],
    most: 20,
  },
  'ISO boxes': {
    parse: (bytes) => heifEndsEarly(windowOf(bytes)),
    head: Buffer.concat([hex('0000000c'), ascii('ftypavif')]),
    parts: [hex('00000008 66726565'), hex('00000001 66726565 00000000 00000010'), hex('00000000')],
    most: 5,
  },
  'ISO properties': {
    parse: (bytes) => codingOfHeif(bufferSource(bytes)),
    head: Buffer.concat([
      hex('0000000c'),
      ascii('ftypavif'),
      hex('00000000'),
      ascii('meta'),
      hex('00000000'),
    ]),
    parts: [
      Buffer.concat([hex('0000000e'), ascii('pitm'), hex('00000000 0001')]),
      Buffer.concat([
        hex('00000018'),
        ascii('iprp'),
        hex('00000010'),
        ascii('ipco'),
        hex('00000008'),
        ascii('colr'),
      ]),
      Buffer.concat([hex('00000014'), ascii('ipma'), hex('00000000 ffffffff 00020001')]),
      hex('00000000'),
    ],
    most: 20,
  },
  BMP: {
    parse: (bytes) => readBmp(bufferSource(bytes), 'a.bmp'),
    head: Buffer.concat([
      ascii('BM'),
      hex('00000000 00000000 36000000 28000000 10000000 10000000 0100 0800'),
    ]),
    parts: [hex('00000000'), hex('ff'), hex('01000000 ffffffff')],
    most: 20,
  },
  Netpbm: {
    parse: (bytes) => readNetpbm(bufferSource(bytes), 'a.ppm'),
    head: ascii('P6'),
    parts: [ascii(' '), ascii('#\n'), ascii('1 '), ascii('#')],
    most: 20,
  },
  XMP: {
    parse: (bytes) => [uprightXmp(bytes), resizedXmp(bytes, 10, 10)],
    head: ascii('<x:xmpmeta>'),
    parts: [
      ascii('tiff:Orientation'),
      ascii('tiff:ImageWidth = "'),
      ascii('      '),
      ascii('exif:PixelXDimension>1'),
      ascii('='),
    ],
    most: 2,
  },
  zip: {
    parse: (bytes, directory) => asFile(unpackZip)(zipped(bytes), directory),
    head: Buffer.alloc(0),
    parts: [CENTRAL, hex('504b0102'), Buffer.alloc(46), ascii('PK')],
    most: 5,
  },
  tar: {
    parse: (bytes, directory) => asFile(unpackTar)(gzipSync(bytes), directory),
    head: TAR_HEADER,
    parts: [TAR_HEADER, Buffer.alloc(512, 'x'), hex('00')],
    most: 10,
  },
  xz: {
    parse: (bytes) => decodeXz(bytes, 2 ** 20),
    head: hex('fd377a585a00 0004 e6d6b446 0200 2101 16 000000 742fe5a3'),
    parts: [hex('01 0fff'), hex('e0 ffff 00ff 5d 00'), hex('80 0001 0005'), hex('00'), hex('02 0000 41')],
    most: 20,
  },
  protobuf: {
    parse: (bytes) => {
      metadataOf(bytes);
      return readOnnx('x', readOnnxModel('x', bytes));
    },
    head: hex('08 08'),
    parts: [
      hex('3a 02 0a 00'),
      hex('0a 00'),
      hex('80 80 80'),
      hex('3a ff 7f'),
      hex('12 00'),
      hex('72 04 0a 00 12 00'),
    ],
    most: 40,
  },
  'ncnn .param': {
    parse: (bytes) => readNcnn('x', bytes.toString('latin1'), new Uint8Array(16)),
    head: ascii('7767517\n9999 9999\n'),
    parts: [
      ascii('ReLU a 1 1 in in\n'),
      ascii('Input in 0 1 in\n'),
      ascii('Concat c 2 1 in in in 0=1\n'),
      ascii('0=1 '),
      ascii('\n'),
    ],
    most: 10,
  },
  'model.json': {
    parse: (bytes) => readKeras('x', bytes.toString('latin1'), () => Promise.resolve(Buffer.alloc(0))),
    wellFormed: models,
    head: ascii('{"modelTopology":'),
    parts: [
      ascii('[{"class_name":"Model","config":{"layers":['),
      ascii('['),
      ascii('{"weightsManifest":'),
      ascii('"a",'),
    ],
    most: 10,
  },
  '.rsr': {
    parse: (bytes) => readRsr('x', bytes),
    head: hex('0a00000000000000'),
    parts: [hex('0100000000000000'), hex('ffffffffffffff7f'), hex('00')],
    most: 5,
  },
  NDJSON: {
    parse: async (bytes) => {
      const entries = await collect(readEntries(once(bytes), 'ndjson'));
      return entries.map(({ text = '' }) => {
        try {
          return fromSpec(JSON.parse(text), 'here');
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          return undefined;
        }
      });
    },
    head: ascii('{"src":"a.png"}\n'),
    parts: [
      ascii('{"src":"a.png","dst":1}\n'),
      ascii('[[[[[[['),
      ascii('\n'),
      ascii('{"__proto__":{}}\n'),
      ascii('{"a":'),
    ],
    most: 30,
  },
};

const SIZES = [1_000, 10_000, 100_000];
const MIXED = 6;

/** Each part repeated, all mixed at random, and mixtures in which bytes are changed. */
function* hostile({ head, parts, wellFormed }: Parser, seed: number): Generator<Buffer> {
  const next = seeded(seed);
  for (const bytes of SIZES) {
    const filled = (choose: () => Buffer) => {
      const pieces = [head];
      for (let length = head.length; length < bytes;) {
        const piece = choose();
        pieces.push(piece);
        length += piece.length;
      }
      return Buffer.concat(pieces).subarray(0, bytes);
    };
    yield* wellFormed?.(bytes) ?? [];
    for (const part of parts) yield filled(() => part);
    for (let i = 0; i < MIXED; i++) {
      const mixture = Buffer.from(filled(() => parts[Math.floor(next() * parts.length)] ?? head));
      yield mixture;
      for (let change = 0; change < 1 + bytes / 500; change++) {
        mixture[head.length + Math.floor(next() * (bytes - head.length))] = Math.floor(next() * 256);
      }
      yield Buffer.from(mixture);
    }
  }
}

/** What is done for each file, however small it is. */
const ALWAYS = 30_000;

test('the work for hostile input stays within a multiple of its size', async (t) => {
  const directory = await temporaryDirectory(t);
  const ours = new URL('../src/', import.meta.url).href;
  const counter = await countSteps((url) => url.startsWith(ours));
  t.true((await counter.steps(() => readDirectories(bufferSource(TIFF)))) > 0, 'steps are counted');
  try {
    for (const [i, [name, parser]] of Object.entries(PARSERS).entries()) {
      let [inputs, worst] = [0, 0];
      for (const bytes of hostile(parser, i + 1)) {
        const steps = await counter.steps(() => parser.parse(bytes, directory));
        t.true(
          steps <= ALWAYS + parser.most * bytes.length,
          `${name}: ${steps} steps for ${bytes.length} bytes`,
        );
        worst = Math.max(worst, steps / bytes.length);
        inputs += 1;
      }
      t.log(`${name}: ${inputs} inputs, at most ${worst.toFixed(1)} steps a byte`);
    }
  } finally {
    await counter.close();
  }
});
