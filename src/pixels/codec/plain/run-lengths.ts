import type { FileHandle } from '../../../system/files/fs.js';
import { truncated } from '../failures/file-failures.js';
import type { PlainImage, PutRows } from './plain-image.js';

const WINDOW_BYTES = 64 * 1024;

/** Runs of pixels, row after row from the bottom; what none of them reaches is of colour 0. */
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
