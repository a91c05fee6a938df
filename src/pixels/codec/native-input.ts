import process from 'node:process';
import { readFile, isUtf8Path, withUtf8Path, mkdtemp, open, rm } from '../../system/files/fs.js';
import { forgetOperations } from '../vips.js';
import { isReadable } from './container.js';
import { otherKind } from './file-failures.js';
import { readPlain, plainRows } from './plain/read-plain.js';
import { inspectBytes } from './byte-source.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { PlainImage } from './plain/plain-image.js';

/**
 * Calls `use` with an input that sharp can open in place of `path`. libvips accepts UTF-8 paths only, and parses a
 * bracket at the end as options. Formats with a decoder of our own become a temporary TIFF file. Files of unsupported
 * formats never reach libvips, which has decoders for many others.
 * @throws SrganError E_UNSUPPORTED, E_NOT_FOUND, E_ACCESS, E_READ
 */
export async function withNativeInput<T>(
  path: string,
  use: (input: string | Buffer) => Promise<T>,
): Promise<T> {
  const readable = inspectBytes(path, false, (file) => isReadable(file.read(0, Math.min(12, file.length))));
  if (!readable) {
    const plain = readPlain(path);
    if (plain) return asTiff(path, plain, use);
    throw otherKind(path);
  }
  await forgetOperations();
  if (isUtf8Path(path) && !path.endsWith(']')) return use(path);
  return process.platform === 'linux' ? withUtf8Path(path, use) : use(await readFile(path));
}

const HEAD_BYTES = 8;
const MAX_TIFF_BYTES = 2 ** 32 - 2 ** 16;

/** Calls `use` with a temporary copy of the image as an uncompressed TIFF of one strip. */
export async function asTiff<T>(
  path: string,
  image: PlainImage,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const { widthPx, heightPx, channels, bits } = image;
  const rowBytes = widthPx * channels * (bits / 8);
  const bytes = rowBytes * heightPx;
  if (bytes > MAX_TIFF_BYTES) throw new SrganError('E_TOO_LARGE', `${path}: is too large for this.`);
  const directory = await mkdtemp(join(tmpdir(), 'srgan-plain-'));
  try {
    const name = join(directory, 'image.tif');
    const file = await open(name, 'wx');
    try {
      await file.write(tiffDirectory(image, bytes), 0, undefined, bytes + HEAD_BYTES + (bytes % 2));
      await plainRows(path, image, async (row, samples) => {
        const { buffer, byteOffset, byteLength } = samples;
        await file.write(
          new Uint8Array(buffer, byteOffset, byteLength),
          0,
          byteLength,
          HEAD_BYTES + row * rowBytes,
        );
      });
      const start = Buffer.from('II*\0\0\0\0\0', 'latin1');
      start.writeUInt32LE(bytes + HEAD_BYTES + (bytes % 2), 4);
      await file.write(start, 0, start.length, 0);
    } finally {
      await file.close();
    }
    return await use(name);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes the directory (TIFF 6.0, 2). Samples are little-endian, like all supported machines. */
function tiffDirectory({ widthPx, heightPx, channels, bits }: PlainImage, bytes: number): Buffer {
  const isColour = channels >= 3;
  const hasAlpha = channels % 2 === 0;
  // tag, type, count, value; sample sizes that do not fit follow the directory
  const tags: [number, number, number, number][] = [
    [256, 4, 1, widthPx],
    [257, 4, 1, heightPx],
    [258, 3, channels, bits],
    [259, 3, 1, 1],
    [262, 3, 1, isColour ? 2 : 1],
    [273, 4, 1, HEAD_BYTES],
    [277, 3, 1, channels],
    [278, 4, 1, heightPx],
    [279, 4, 1, bytes],
    ...(hasAlpha ? ([[338, 3, 1, 2]] as [number, number, number, number][]) : []),
  ];
  const directoryBytes = 2 + 12 * tags.length + 4;
  const data = Buffer.alloc(directoryBytes + 8);
  data.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, type, count, value], i) => {
    const at = 2 + 12 * i;
    data.writeUInt16LE(tag, at);
    data.writeUInt16LE(type, at + 2);
    data.writeUInt32LE(count, at + 4);
    if (tag !== 258 || channels <= 2) {
      data.writeUInt32LE(tag === 258 && channels === 2 ? bits * 65537 : value, at + 8);
      return;
    }
    data.writeUInt32LE(bytes + HEAD_BYTES + (bytes % 2) + directoryBytes, at + 8);
    for (let c = 0; c < channels; c += 1) data.writeUInt16LE(bits, directoryBytes + 2 * c);
  });
  return data;
}
