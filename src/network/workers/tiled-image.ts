import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Pixels } from '../../contract/job.js';
import type { Buffers, UpscaleRequest } from '../../contract/ports.js';
import { planTiles } from '../tiles/plan-tiles.js';
import type { PlannedTile, TileRow } from '../../contract/tiles.js';
import { formKey } from './form-file.js';
import type { Means, TileOrder, ToUpscale } from './messages.js';
import { openPieces, type Pieces } from './pieces.js';

/** An image, or a band of one, on its way through the network, tile by tile. */
export interface TiledImage {
  readonly shared: ToUpscale;
  readonly pieces: Pieces;
}

/**
 * @param givens means that the network needs
 * @param only indexes of the tiles to run; all where it is not stated
 */
export function openTiledImage(
  id: number,
  request: UpscaleRequest,
  result: Pixels,
  givens: Means,
  only?: readonly number[],
): TiledImage {
  const { network, pixels, tta, verify = false } = request;
  checkTurns(network, tta);
  const pieces = tilePieces(id, request, only);
  const { dropped } = pieces;
  const to = { network, source: pixels, result, tta, verify, givens };
  return { pieces, shared: { kind: 'upscale', id, ...to, dropped } };
}

function checkTurns({ title, windowPx }: NetworkFile, tta: boolean): void {
  if (!tta || !windowPx || windowPx.widthPx === windowPx.heightPx) return;
  const size = `${windowPx.widthPx} × ${windowPx.heightPx}`;
  throw new SrganError(
    'E_MODEL',
    `${title}: the network takes ${size} pixels alone, which cannot be turned.`,
    {
      hint: 'Leave --tta out.',
    },
  );
}

/** An order for each tile of each page, or for some of them. */
export function tilePieces(id: number, request: UpscaleRequest, only?: readonly number[]): Pieces {
  const { network } = request;
  const { tiles, tileAt } = tilesOf(request);
  const kinds = new Map<string, number[]>();
  for (const index of only ?? Array.from({ length: tiles }).keys()) {
    const { form, closed } = tileAt(index).tile;
    const kind = `${network.key} ${formKey(form, closed)}`;
    const indexes = kinds.get(kind);
    if (indexes) indexes.push(index);
    else kinds.set(kind, [index]);
  }
  return openPieces(kinds, (index): TileOrder => ({ kind: 'tile', image: id, index, ...tileAt(index) }));
}

/** A tile, and the page that it lies on. */
export interface TileAt {
  readonly page: number;
  readonly tile: PlannedTile;
}

/** All tiles of all pages, by their index. */
export function tilesOf(request: UpscaleRequest): { tiles: number; tileAt: (index: number) => TileAt } {
  const places = rowsOf(request).flatMap((row) =>
    Array.from({ length: row.tiles }, (_, at) => ({ row, at })),
  );
  return {
    tiles: places.length * request.pixels.pages,
    tileAt(index) {
      const place = places[index % places.length];
      if (!place) throw new RangeError(`There is no tile ${index}.`);
      return { page: Math.floor(index / places.length), tile: place.row.tileAt(place.at) };
    },
  };
}

/** Tiles of a page. */
export function tileCount(request: UpscaleRequest): number {
  return rowsOf(request).reduce((sum, { tiles }) => sum + tiles, 0);
}

function rowsOf({ network, pixels, tilePx, tileRows }: UpscaleRequest): readonly TileRow[] {
  return tileRows ?? planTiles({ widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx }, network, tilePx);
}

/** Room for the enlarged image, or for the rows of it that the band's tiles contribute. */
export function takeResult({ pixels, network, tileRows }: UpscaleRequest, buffers: Buffers): Pixels {
  const { factor } = network;
  const topPx = tileRows?.[0]?.core.start ?? 0;
  const endPx = tileRows?.at(-1)?.core.end ?? pixels.pageHeightPx;
  const samples = pixels.pages * (endPx - topPx) * pixels.widthPx * pixels.channels * factor ** 2;
  const buffer = buffers.take(samples * pixels.data.BYTES_PER_ELEMENT);
  return {
    ...pixels,
    data:
      pixels.data instanceof Uint16Array
        ? new Uint16Array(buffer, 0, samples)
        : new Uint8Array(buffer, 0, samples),
    widthPx: pixels.widthPx * factor,
    pageHeightPx: pixels.pageHeightPx * factor,
    topPx: topPx * factor,
  };
}
