import type { ByteSource } from '../byte-source.js';
import { unsupported, type PlainImage, type PutRows } from './plain-image.js';
import type { FileHandle } from '../../../system/files/fs.js';
import { truncated } from '../file-failures.js';

const FILE_HEAD = 14;
/** Header sizes: OS/2 1, OS/2 2, Windows 3 and later. */
const HEADS = [12, 16, 40, 52, 56, 64, 108, 124];

const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/** Checks the header size too, since texts may also start with `BM`. */
export const isBmp = (head: Buffer) =>
  head.length >= 18 && head.toString('latin1', 0, 2) === 'BM' && HEADS.includes(head.readUInt32LE(FILE_HEAD));

/** Reads the header and the palette of a BMP file, as Windows defines it (BITMAPFILEHEADER to BITMAPV5HEADER). */
export function readBmp(file: ByteSource, path: string): PlainImage {
  const startAt = file.read(10, 4).readUInt32LE();
  const headBytes = file.read(FILE_HEAD, 4).readUInt32LE();
  const head = file.read(FILE_HEAD, headBytes);
  const isOld = headBytes === 12;
  const widthPx = isOld ? head.readUInt16LE(4) : head.readInt32LE(4);
  const stated = isOld ? head.readUInt16LE(6) : head.readInt32LE(8);
  const depth = isOld ? head.readUInt16LE(10) : head.readUInt16LE(14);
  const compression = headBytes >= 40 ? head.readUInt32LE(16) : 0;
  const heightPx = Math.abs(stated);
  const base = {
    format: 'bmp',
    widthPx,
    heightPx,
    bits: 8,
    startAt,
    isBottomUp: stated > 0,
    ...extras(file, head),
  } as const;
  const isRun = (compression === RLE8 && depth === 8) || (compression === RLE4 && depth === 4);
  const hasMasks = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (compression !== 0 && !isRun && !(hasMasks && (depth === 16 || depth === 32))) {
    throw unsupported(path, `a BMP of compression ${compression} and ${depth} bits`);
  }
  const rowBytes = Math.ceil((widthPx * depth) / 32) * 4;
  if (depth === 1 || depth === 2 || depth === 4 || depth === 8) {
    const colours = paletteOf(file, head, startAt, depth);
    const channels = colours.every(([r, g, b]) => r === g && g === b) ? 1 : 3;
    const convert: PlainImage['convert'] = (stored, into, rows) =>
      fromPalette(stored, into, {
        widthPx,
        rows,
        rowBytes: isRun ? widthPx : rowBytes,
        depth: isRun ? 8 : depth,
        channels,
        colours,
        isBottomUp: !isRun && stated > 0,
      });
    if (isRun) return { ...base, channels, rowBytes: undefined, convert, runBits: depth === 4 ? 4 : 8 };
    return { ...base, channels, rowBytes, convert };
  }
  if (depth !== 16 && depth !== 24 && depth !== 32) throw unsupported(path, `a BMP of ${depth} bits`);
  const masks = hasMasks ? masksOf(file, head) : USUAL_MASKS[depth];
  const channels = masks.length === 4 ? 4 : 3;
  const isBottomUp = stated > 0;
  return {
    ...base,
    channels,
    rowBytes,
    convert: (stored, into, rows) =>
      fromMasks(stored, into, { widthPx, rows, rowBytes, bytes: depth / 8, masks, isBottomUp }),
  };
}

function extras(file: ByteSource, head: Buffer): Pick<PlainImage, 'density' | 'icc'> {
  const perMetre = head.length >= 40 ? head.readInt32LE(24) : 0;
  const density = perMetre > 0 ? { density: perMetre * 0.0254 } : {};
  if (head.length < 124 || head.readUInt32LE(56) !== EMBEDDED_PROFILE) return density;
  try {
    return { ...density, icc: file.read(FILE_HEAD + head.readUInt32LE(112), head.readUInt32LE(116)) };
  } catch {
    return density; // a truncated profile is ignored
  }
}

/** `MBED` */
const EMBEDDED_PROFILE = 0x4d424544;

type Colour = readonly [red: number, green: number, blue: number];

function paletteOf(file: ByteSource, head: Buffer, startAt: number, depth: number): Colour[] {
  const entryBytes = head.length === 12 ? 3 : 4;
  const from = FILE_HEAD + head.length;
  const used = head.length >= 40 ? head.readUInt32LE(32) : 0;
  const room = Math.max(0, Math.floor((Math.min(startAt, file.length) - from) / entryBytes));
  const count = Math.min(2 ** depth, used || 2 ** depth, room);
  const entries = file.read(from, count * entryBytes);
  return Array.from({ length: 2 ** depth }, (_, i): Colour => {
    const at = i * entryBytes;
    return [entries[at + 2] ?? 0, entries[at + 1] ?? 0, entries[at] ?? 0];
  });
}

const USUAL_MASKS: Readonly<Record<16 | 24 | 32, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  24: [0xff0000, 0x00ff00, 0x0000ff],
  32: [0xff0000, 0x00ff00, 0x0000ff],
};

/** Reads the channel masks, which follow the oldest header and are part of the later ones. */
function masksOf(file: ByteSource, head: Buffer): number[] {
  const hasAlpha = head.length >= 56 || (head.length === 40 && head.readUInt32LE(16) === ALPHA_BITFIELDS);
  const masks = file.read(FILE_HEAD + 40, hasAlpha ? 16 : 12);
  const [red, green, blue] = [0, 4, 8].map((at) => masks.readUInt32LE(at)) as [number, number, number];
  const alpha = hasAlpha ? masks.readUInt32LE(12) : 0;
  return alpha === 0 ? [red, green, blue] : [red, green, blue, alpha];
}

interface Stored {
  readonly widthPx: number;
  readonly rows: number;
  readonly rowBytes: number;
  readonly isBottomUp: boolean;
}

function fromPalette(
  stored: Buffer,
  into: Uint8Array | Uint16Array,
  shape: Stored & { readonly depth: number; readonly channels: number; readonly colours: readonly Colour[] },
): void {
  const { widthPx, rows, rowBytes, depth, channels, colours, isBottomUp } = shape;
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  for (let y = 0, to = 0; y < rows; y += 1) {
    const row = (isBottomUp ? rows - 1 - y : y) * rowBytes;
    for (let x = 0; x < widthPx; x += 1) {
      const byte = stored[row + Math.floor(x / perByte)] ?? 0;
      const colour = colours[(byte >> (8 - depth * ((x % perByte) + 1))) & mask];
      for (let c = 0; c < channels; c += 1) into[to++] = colour?.[c] ?? 0;
    }
  }
}

function fromMasks(
  stored: Buffer,
  into: Uint8Array | Uint16Array,
  {
    widthPx,
    rows,
    rowBytes,
    bytes,
    masks,
    isBottomUp,
  }: Stored & { readonly bytes: number; readonly masks: readonly number[] },
): void {
  const parts = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: Math.max(1, mask >>> shift) };
  });
  for (let y = 0, to = 0; y < rows; y += 1) {
    const row = (isBottomUp ? rows - 1 - y : y) * rowBytes;
    for (let x = 0; x < widthPx; x += 1) {
      const value = stored.readUIntLE(row + x * bytes, bytes);
      for (const { mask, shift, most } of parts) {
        const part = (value & mask) >>> shift;
        into[to++] = most === 255 ? part : Math.round((part * 255) / most);
      }
    }
  }
}

const WINDOW_BYTES = 64 * 1024;

/** Decodes run lengths, row by row from the bottom. Pixels that no run covers have colour 0. */
export async function runRows(
  file: FileHandle,
  path: string,
  image: PlainImage,
  put: PutRows,
): Promise<void> {
  const { widthPx, heightPx, runBits = 8, channels } = image;
  const window = Buffer.alloc(WINDOW_BYTES);
  let [start, end, next] = [image.startAt, 0, 0];
  const byte = async (): Promise<number> => {
    if (next === end) {
      start += end;
      ({ bytesRead: end } = await file.read(window, 0, WINDOW_BYTES, start));
      next = 0;
      if (end === 0) throw truncated(path);
    }
    return window[next++] ?? 0;
  };
  const indexes = Buffer.alloc(widthPx);
  let [x, y] = [0, 0];
  const endRow = async () => {
    const samples = new Uint8Array(widthPx * channels);
    image.convert(indexes, samples, 1);
    await put(heightPx - 1 - y, samples);
    indexes.fill(0);
    y += 1;
  };
  const put1 = (index: number) => {
    if (x < widthPx) indexes[x] = index;
    x += 1;
  };
  while (y < heightPx) {
    const count = next < end ? (window[next++] ?? 0) : await byte();
    const value = next < end ? (window[next++] ?? 0) : await byte();
    if (count > 0) {
      for (let i = 0; i < count; i += 1) put1(runBits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === 0) {
      await endRow();
      x = 0;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += await byte();
      for (let down = await byte(); down > 0 && y < heightPx; down -= 1) await endRow();
    } else {
      const bytes = runBits === 8 ? value : Math.ceil(value / 2);
      for (let i = 0; i < bytes; i += 1) {
        const two = await byte();
        if (runBits === 8) put1(two);
        else {
          put1(two >> 4);
          if (2 * i + 1 < value) put1(two & 15);
        }
      }
      if (bytes % 2 === 1) await byte();
    }
  }
  while (y < heightPx) await endRow();
}
