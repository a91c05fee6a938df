import type { ByteWindow } from './byte-source.js';

/** The rectangle of a frame on the canvas of a GIF file, in pixels. */
export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Disposal before the next frame (GIF89a, 23): 2 clears the rectangle, 3 restores what it covered. */
  readonly disposal: number;
}

export interface Gif {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frames: readonly GifFrame[];
  /** False if the file ends before its trailer. Other damage is not truncation. */
  readonly isWhole: boolean;
}

const TRAILER = 0x3b;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;

/** Reads the block structure of a GIF file (GIF89a, 15 to 27) without decoding pixels. */
export async function readGif(bytes: ByteWindow): Promise<Gif> {
  const head = await bytes.read(0, 13);
  const [widthPx, heightPx] = [head?.readUInt16LE(6) ?? 0, head?.readUInt16LE(8) ?? 0];
  const frames: GifFrame[] = [];
  const isWhole =
    head !== undefined && (await readBlocks(bytes, 13 + tableBytes(head.readUInt8(10)), frames));
  return { widthPx, heightPx, frames, isWhole };
}

async function readBlocks(bytes: ByteWindow, start: number, frames: GifFrame[]): Promise<boolean> {
  let disposal = 0;
  for (let at = start; ;) {
    const kind = (await bytes.read(at, 1))?.readUInt8(0);
    if (kind === undefined) return false;
    if (kind === TRAILER) return true;
    if (kind === EXTENSION) {
      const control = await bytes.read(at, 4);
      if (control?.readUInt8(1) === GRAPHIC_CONTROL) disposal = (control.readUInt8(3) >> 2) & 7;
      at += 2;
    } else if (kind === IMAGE) {
      const image = await bytes.read(at, 10);
      if (!image) return false;
      const [left = 0, top = 0, widthPx = 0, heightPx = 0] = [1, 3, 5, 7].map((field) =>
        image.readUInt16LE(field),
      );
      frames.push({ left, top, widthPx, heightPx, disposal });
      disposal = 0;
      at += 11 + tableBytes(image.readUInt8(9));
    } else return true;
    for (let size = 1; size > 0;) {
      const answer = bytes.read(at, 1);
      const block = answer instanceof Promise ? await answer : answer;
      if (!block) return false;
      size = block.readUInt8(0);
      at += 1 + size;
    }
  }
}

/** Returns the size of the colour table that the flags announce. */
const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Returns whether some frame leaves parts of the canvas uncovered, and thus transparent. */
export function leavesCanvas({ widthPx, heightPx, frames: [first, ...rest] }: Gif): boolean {
  if (!first) return false;
  const covers =
    first.left === 0 && first.top === 0 && first.widthPx >= widthPx && first.heightPx >= heightPx;
  return !covers || first.disposal === 2 || rest.some(({ disposal }) => disposal === 2);
}

/**
 * Makes the pixels transparent that no frame covers.
 * @param data RGBA of all frames, each as large as the canvas
 */
export function clearUncovered(gif: Gif, data: Uint8Array | Uint16Array): void {
  const pagePixels = gif.widthPx * gif.heightPx;
  let page = 0;
  for (const covered of coverage(gif)) {
    const start = page * pagePixels;
    for (let i = 0; i < pagePixels; i++) {
      if (covered[i] === 0) data.fill(0, 4 * (start + i), 4 * (start + i + 1));
    }
    page += 1;
  }
}

/** Yields for each frame which pixels are covered; the array is reused. */
export function* coverage({ widthPx, heightPx, frames }: Gif): Generator<Uint8Array> {
  const covered = new Uint8Array(widthPx * heightPx);
  const cover = ({ left, top, widthPx: wide, heightPx: high }: GifFrame, value: 0 | 1) => {
    const right = Math.min(widthPx, left + wide);
    for (let y = top; y < Math.min(heightPx, top + high); y++) {
      if (right > left) covered.fill(value, y * widthPx + left, y * widthPx + right);
    }
  };
  for (const frame of frames) {
    const before = frame.disposal === 3 ? covered.slice() : undefined;
    cover(frame, 1);
    yield covered;
    if (frame.disposal === 2) cover(frame, 0);
    if (before) covered.set(before);
  }
}
