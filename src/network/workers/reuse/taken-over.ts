import type { Pixels } from '../../../contract/job.js';
import type { Samples, TileMaking, UpscaleRequest } from '../../../contract/ports.js';
import type { Page, Rect } from '../../../contract/tiles.js';
import { pageOf } from '../../tiles/planes.js';
import { tilesOf } from '../tiled-image.js';
import { rowsOf, tileKey } from './tile-key.js';

/** Which tiles of an image have to be computed, and where the results of the others come from. */
export interface Reuse {
  /** Indexes of the tiles to compute. */
  readonly own: readonly number[];
  /** Once those lie in the result: fills in the others, and hands on what was made. */
  fill(result: Pixels): Promise<void>;
  /** Where they could not be made. */
  fail(error: unknown): void;
}

/** A tile of a network that looks at means over the image, or of a band of one, depends on more than its input. */
export function canReuse({ reuse = false, network, tileRows }: UpscaleRequest): boolean {
  return reuse && !network.means && !tileRows;
}

/**
 * Looks up each tile of a request among those that were made before or are in the making; of the same tiles of one
 * request, only the first is made.
 */
export function reuseOf(request: UpscaleRequest): Reuse {
  const { tiles, tileAt } = tilesOf(request);
  const { memory, network } = request;
  const own: number[] = [];
  const firstOf = new Map<string, number>();
  const makings = new Map<number, TileMaking>();
  const copies: { readonly index: number; readonly from: number | Promise<Samples> }[] = [];
  for (let index = 0; index < tiles; index += 1) {
    const { page, tile } = tileAt(index);
    const key = tileKey(request, page, tile);
    const made = memory?.recall(key);
    const from = made ?? firstOf.get(key);
    if (from !== undefined) {
      copies.push({ index, from });
      continue;
    }
    own.push(index);
    firstOf.set(key, index);
    const { widthPx, heightPx } = tile.core;
    const samples = widthPx * heightPx * network.factor ** 2 * request.pixels.channels;
    const making = memory?.keep(key, samples * request.pixels.data.BYTES_PER_ELEMENT);
    if (making) makings.set(index, making);
  }
  const placeOf = (result: Pixels, index: number) => {
    const { page, tile } = tileAt(index);
    return { page: pageOf(result, page), rect: times(tile.core, network.factor) };
  };

  return {
    own,
    async fill(result) {
      for (const [index, making] of makings) making.done(cutOut(placeOf(result, index)));
      for (const { index, from } of copies) {
        const samples = typeof from === 'number' ? cutOut(placeOf(result, from)) : await from;
        putIn(placeOf(result, index), samples);
      }
    },
    fail: (error) => makings.forEach((making) => making.failed(error)),
  };
}

interface PartOfPage {
  readonly page: Page;
  readonly rect: Rect;
}

function cutOut({ page, rect }: PartOfPage): Samples {
  const length = rect.widthPx * rect.heightPx * page.channels;
  const samples = page.data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
  let at = 0;
  for (const row of rowsOf(page, rect)) {
    samples.set(row, at);
    at += row.length;
  }
  return samples;
}

function putIn({ page, rect }: PartOfPage, samples: Samples): void {
  let at = 0;
  for (const row of rowsOf(page, rect)) {
    row.set(samples.subarray(at, at + row.length));
    at += row.length;
  }
}

function times({ xPx, yPx, widthPx, heightPx }: Rect, factor: number): Rect {
  return {
    xPx: xPx * factor,
    yPx: yPx * factor,
    widthPx: widthPx * factor,
    heightPx: heightPx * factor,
  };
}
