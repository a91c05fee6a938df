import type { NetworkFile } from '../../contract/engine.js';
import type { Pixels } from '../../contract/job.js';
import type { Buffers } from '../../contract/ports.js';
import { marginsFor } from '../../network/tiles/small-sides.js';
import { narrowRows, widenRows, type Margins } from '../../pixels/edge-pixels.js';

/** Enlarges an image whose small sides are widened for it; what is around is cut off again. */
export async function withWideSides(
  pixels: Pixels,
  network: NetworkFile,
  buffers: Buffers,
  enlarge: (pixels: Pixels) => Promise<Pixels>,
): Promise<Pixels> {
  const margins = marginsFor({ widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx }, network);
  if (!margins) return enlarge(pixels);
  const wide = widened(pixels, margins, buffers);
  let enlarged: Pixels | undefined;
  try {
    enlarged = await enlarge(wide);
    const { factor } = network;
    const around = { acrossPx: margins.acrossPx * factor, downPx: margins.downPx * factor };
    return narrowed(enlarged, around, buffers);
  } finally {
    buffers.give(wide.data.buffer);
    if (enlarged) buffers.give(enlarged.data.buffer);
  }
}

function widened(pixels: Pixels, { acrossPx, downPx }: Margins, buffers: Buffers): Pixels {
  const { widthPx, pageHeightPx, pages, channels } = pixels;
  const wide = roomFor(pixels, widthPx + 2 * acrossPx, pageHeightPx + 2 * downPx, buffers);
  const row = widthPx * channels;
  const wideRow = wide.widthPx * channels;
  for (let page = 0; page < pages; page += 1) {
    for (let y = 0; y < wide.pageHeightPx; y += 1) {
      const from = page * pageHeightPx + Math.min(pageHeightPx - 1, Math.max(0, y - downPx));
      const to = page * wide.pageHeightPx + y;
      const into = wide.data.subarray(to * wideRow, (to + 1) * wideRow);
      widenRows(pixels.data.subarray(from * row, (from + 1) * row), into, widthPx, channels, acrossPx);
    }
  }
  return wide;
}

function narrowed(wide: Pixels, { acrossPx, downPx }: Margins, buffers: Buffers): Pixels {
  const { widthPx, pageHeightPx, pages, channels } = wide;
  const result = roomFor(wide, widthPx - 2 * acrossPx, pageHeightPx - 2 * downPx, buffers);
  const pageSamples = result.widthPx * result.pageHeightPx * channels;
  for (let page = 0; page < pages; page += 1) {
    const from = wide.data.subarray((page * pageHeightPx + downPx) * widthPx * channels);
    const into = result.data.subarray(page * pageSamples, (page + 1) * pageSamples);
    narrowRows(from, into, widthPx, channels, acrossPx);
  }
  return result;
}

function roomFor(like: Pixels, widthPx: number, pageHeightPx: number, buffers: Buffers): Pixels {
  const samples = widthPx * pageHeightPx * like.pages * like.channels;
  const buffer = buffers.take(samples * like.data.BYTES_PER_ELEMENT);
  const data =
    like.data instanceof Uint16Array
      ? new Uint16Array(buffer, 0, samples)
      : new Uint8Array(buffer, 0, samples);
  return { ...like, data, widthPx, pageHeightPx };
}
