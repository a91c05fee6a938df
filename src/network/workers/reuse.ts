import type { Pixels } from '../../contract/job.js';
import type { Samples, TileMaking, UpscaleRequest, TileMemory } from '../../contract/ports.js';
import type { Page, Rect, PlannedTile } from '../../contract/tiles.js';
import { pageOf } from '../tiles/planes.js';
import { tilesOf } from './image-work.js';
import { createHash } from 'node:crypto';
import { formKey } from './form-file.js';

/** Which tiles of an image must be computed, and where the results of the others come from. */
export interface Reuse {
  /** Indexes of the tiles to compute. */
  readonly own: readonly number[];
  /** Fills in the other tiles once the computed ones are in the result, and publishes the computed ones. */
  fill(result: Pixels): Promise<void>;
  /** Reports that the tiles could not be computed. */
  fail(error: unknown): void;
}

/**
 * Whether tiles can be reused. With whole-image means, or in a band, a tile depends on more than its window.
 */
export function canReuse({ reuse = false, network, tileRows }: UpscaleRequest): boolean {
  return reuse && !network.means && !tileRows;
}

/**
 * Looks up each tile of a request among those that were computed before or are being computed; of equal tiles
 * in one request, only the first is computed.
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
    return { page: pageOf(result, page), rect: scaled(tile.core, network.factor) };
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
  for (const row of samplesByRow(page, rect)) {
    samples.set(row, at);
    at += row.length;
  }
  return samples;
}

function putIn({ page, rect }: PartOfPage, samples: Samples): void {
  let at = 0;
  for (const row of samplesByRow(page, rect)) {
    row.set(samples.subarray(at, at + row.length));
    at += row.length;
  }
}

function scaled({ xPx, yPx, widthPx, heightPx }: Rect, factor: number): Rect {
  return {
    xPx: xPx * factor,
    yPx: yPx * factor,
    widthPx: widthPx * factor,
    heightPx: heightPx * factor,
  };
}

/** Alpha is compared with its neighbours, even if the network sees one pixel only. */
const MIN_REACH_PX = 1;

/**
 * Returns a key of everything that the result of a tile depends on: tiles with equal keys have equal results,
 * in any place of any image. It contains the SHA-256 of the pixels, so that none need be kept for comparison.
 */
export function tileKey(request: UpscaleRequest, page: number, tile: PlannedTile): string {
  const { network, tta, verify = false, pixels } = request;
  const { core, window, covered, halo, form, closed } = tile;
  const source = pageOf(pixels, page);
  const seen = onPage(source, union(window, grown(core, MIN_REACH_PX)));
  const from = (rect: Rect) => [rect.xPx - core.xPx, rect.yPx - core.yPx, rect.widthPx, rect.heightPx];
  const how = [
    network.key,
    network.factor,
    formKey(form, closed),
    tta,
    verify,
    source.channels,
    source.data.BYTES_PER_ELEMENT,
    [core, window, covered, seen].map(from),
    halo && [halo.top, halo.left, halo.bottom, halo.right],
  ];
  const hash = createHash('sha256').update(JSON.stringify(how));
  for (const row of samplesByRow(source, seen)) hash.update(row);
  return hash.digest('base64');
}

/** Yields the samples of a part of a page, row by row. */
export function* samplesByRow(page: Page, { xPx, yPx, widthPx, heightPx }: Rect): Generator<Page['data']> {
  const { data, start, channels } = page;
  // a part as wide as the page is contiguous
  const rows = widthPx === page.widthPx ? 1 : heightPx;
  const samples = (widthPx * heightPx * channels) / rows;
  for (let row = 0; row < rows; row += 1) {
    const from = start + ((yPx + row) * page.widthPx + xPx) * channels;
    yield data.subarray(from, from + samples);
  }
}

function grown({ xPx, yPx, widthPx, heightPx }: Rect, byPx: number): Rect {
  return { xPx: xPx - byPx, yPx: yPx - byPx, widthPx: widthPx + 2 * byPx, heightPx: heightPx + 2 * byPx };
}

function union(one: Rect, other: Rect): Rect {
  const xPx = Math.min(one.xPx, other.xPx);
  const yPx = Math.min(one.yPx, other.yPx);
  const right = Math.max(one.xPx + one.widthPx, other.xPx + other.widthPx);
  const bottom = Math.max(one.yPx + one.heightPx, other.yPx + other.heightPx);
  return { xPx, yPx, widthPx: right - xPx, heightPx: bottom - yPx };
}

function onPage(page: Page, rect: Rect): Rect {
  const xPx = Math.max(0, rect.xPx);
  const yPx = Math.max(0, rect.yPx);
  return {
    xPx,
    yPx,
    widthPx: Math.min(page.widthPx, rect.xPx + rect.widthPx) - xPx,
    heightPx: Math.min(page.heightPx, rect.yPx + rect.heightPx) - yPx,
  };
}

/**
 * Creates a cache of results of tiles, those of earlier images as well as those still being computed.
 * @param capBytes maximum size of the kept results; the least recently used is dropped first
 */
export function openTileMemory(capBytes: number): TileMemory {
  // in order of last use
  const kept = new Map<string, { readonly result: Promise<Samples>; readonly bytes: number }>();
  const stats = { tiles: 0, reused: 0 };
  let heldBytes = 0;

  const drop = (key: string) => {
    heldBytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };

  return {
    stats,
    recall(key) {
      stats.tiles += 1;
      const tile = kept.get(key);
      if (!tile) return undefined;
      stats.reused += 1;
      kept.delete(key);
      kept.set(key, tile);
      return tile.result;
    },
    keep(key, bytes) {
      const { promise, resolve, reject } = withResolvers();
      // possibly nobody awaits it
      promise.catch(() => undefined);
      kept.set(key, { result: promise, bytes });
      heldBytes += bytes;
      for (const oldest of kept.keys()) {
        if (heldBytes <= capBytes) break;
        drop(oldest);
      }
      return {
        done: resolve,
        failed(error) {
          // the next request computes it again
          if (kept.get(key)?.result === promise) drop(key);
          reject(error);
        },
      };
    },
  };
}

function withResolvers() {
  let resolve: (samples: Samples) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Samples>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
