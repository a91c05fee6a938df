import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Pixels } from '../../contract/job.js';
import type { Buffers, UpscaleRequest, Band, Rows, DeflateRequest } from '../../contract/ports.js';
import { planTiles } from '../tiles/plan-tiles.js';
import type { PlannedTile, TileRow } from '../../contract/tiles.js';
import { formKey } from './form-file.js';
import type {
  Means,
  TileOrder,
  ToUpscale,
  Order,
  Product,
  TileSums,
  ToMeasure,
  ToDeflate,
} from './messages.js';
import { openPieces, type Pieces } from './schedule.js';
import { hasAlpha } from '../tiles/planes.js';
import { wholeBlocks } from '../tiles/grid.js';
import { bandsOf, rowBytesOf } from '../../pixels/codec/png/deflate-band.js';

/** An image, or a band of one, that is upscaled tile by tile. */
export interface TiledImage {
  readonly shared: ToUpscale;
  readonly pieces: Pieces;
}

/**
 * Divides an image into tiles.
 * @param givens means that the network needs
 * @param only indexes of the tiles to run; default all
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

/** Creates an order for each tile of each page, or for some of them. */
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

/** A tile and the page that it belongs to. */
export interface TileAt {
  readonly page: number;
  readonly tile: PlannedTile;
}

/** Returns all tiles of all pages, by index. */
export function tilesOf(request: UpscaleRequest): { tiles: number; tileAt: (index: number) => TileAt } {
  const places = tileRowsOf(request).flatMap((row) =>
    Array.from({ length: row.tiles }, (_, at) => ({ row, at })),
  );
  return {
    tiles: places.length * request.pixels.pages,
    tileAt(index) {
      const place = places[index % places.length];
      if (!place) throw new RangeError(`The image has no tile ${index}.`);
      return { page: Math.floor(index / places.length), tile: place.row.tileAt(place.at) };
    },
  };
}

/** Returns the number of tiles of a page. */
export function tileCount(request: UpscaleRequest): number {
  return tileRowsOf(request).reduce((sum, { tiles }) => sum + tiles, 0);
}

function tileRowsOf({ network, pixels, tilePx, tileRows }: UpscaleRequest): readonly TileRow[] {
  return tileRows ?? planTiles({ widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx }, network, tilePx);
}

/** Allocates the upscaled image, or the rows of it that the band's tiles produce. */
export function allocateResult({ pixels, network, tileRows }: UpscaleRequest, buffers: Buffers): Pixels {
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

/** An image whose tiles are run to compute one mean. */
export interface MeasuredImage {
  readonly shared: ToMeasure;
  readonly pieces: Pieces;
  /** Takes what came of an order. */
  put(order: Order, product: Product): void;
  /** Returns the means found before and the mean of this step, once all pieces have ended. */
  means(): Means;
}

/**
 * Divides an image into tiles for one step of its means.
 * @param found the means of the previous steps
 */
export function openMeasuredImage(
  id: number,
  request: UpscaleRequest,
  step: NetworkFile,
  found: Means,
): MeasuredImage {
  const { pixels, tta } = request;
  const pieces = tilePieces(id, { ...request, network: step });
  const { dropped } = pieces;
  const alpha = hasAlpha(pixels) && alphaVaries(pixels);
  const givens = selectMeans(step, found);
  const sumsOfTiles: TileSums[] = [];

  return {
    pieces,
    shared: { kind: 'measure', id, network: step, source: pixels, alpha, tta, givens, dropped },
    put(order, { sums }) {
      if (order.kind === 'tile' && sums) sumsOfTiles[order.index] = sums;
    },
    means() {
      const positions = positionsOf(pixels, step);
      const tiles = sumsOfTiles.length / pixels.pages;
      return Array.from({ length: pixels.pages }, (_, page) => {
        const ofPage = sumsOfTiles.slice(page * tiles, (page + 1) * tiles);
        return (ofPage[0] ?? []).map((first, run) => [
          ...(found[page]?.[run] ?? []),
          meanOf(
            ofPage.map((sums) => sums[run] ?? new Float64Array(first.length)),
            positions,
          ),
        ]);
      });
    },
  };
}

/** Selects the means that a network needs. */
export function selectMeans({ givens = [] }: NetworkFile, found: Means): Means {
  return found.map((runs) => runs.map((means) => givens.map((step) => means[step] ?? new Float32Array(0))));
}

/** Returns the number of positions of the tensor that a step computes from a page. */
function positionsOf({ widthPx, pageHeightPx: heightPx }: Pixels, step: NetworkFile): number {
  const { factor, alignPx = 1, features = { channels: 3, extraPx: 0 } } = step;
  const page = wholeBlocks({ widthPx, heightPx }, alignPx);
  return (page.widthPx * factor + features.extraPx) * (page.heightPx * factor + features.extraPx);
}

/** Averages sums in the order of the tiles, whoever computed them: the same for any number of workers. */
function meanOf(sums: readonly Float64Array[], positions: number): Float32Array {
  const channels = sums[0]?.length ?? 0;
  return Float32Array.from({ length: channels }, (_, channel) => {
    const sum = sums.reduce((total, tile) => total + (tile[channel] ?? 0), 0);
    return sum / positions;
  });
}

function alphaVaries({ data, channels }: Pixels): boolean {
  const first = data[channels - 1];
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== first) return true;
  return false;
}

/** An image that is deflated for a PNG, band by band. */
export interface BandedImage {
  readonly shared: ToDeflate;
  readonly pieces: Pieces;
  /** Takes what came of an order. */
  put(order: Order, product: Product): void;
  /** All bands, from top to bottom, once the pieces have ended. */
  readonly bands: readonly Band[];
}

export function openBandedImage(id: number, request: DeflateRequest): BandedImage {
  const { pixels, fast } = request;
  const rows = request.bands ?? bandsOf(pixels.pageHeightPx, rowBytesOf(pixels));
  const bands: Band[] = [];
  const pieces = openPieces(new Map([['deflate', [...rows.keys()]]]), (index) => {
    return { kind: 'band', image: id, index, rows: rows[index] as Rows };
  });
  return {
    pieces,
    shared: { kind: 'deflate', id, pixels, fast, dropped: pieces.dropped },
    bands,
    put(order, { band }) {
      if (order.kind === 'band' && band) bands[order.index] = band;
    },
  };
}
