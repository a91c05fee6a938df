import type { Pixels } from '../job.js';
import type { Buffers, UpscaleRequest } from '../run.js';
import { planTiles, type PlannedTile } from '../tiles/plan.js';
import { formKey } from './form-file.js';
import type { TileOrder, ToUpscale } from './messages.js';
import { openPieces, type Pieces } from './pieces.js';

/** An image, or a band of one, on its way through the network, tile by tile. */
export interface TiledImage {
  readonly shared: ToUpscale;
  readonly pieces: Pieces;
}

export function openTiledImage(id: number, request: UpscaleRequest, result: Pixels): TiledImage {
  const { network, pixels, tilePx, tta, tileRows } = request;
  const page = { widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx };
  const rows = tileRows ?? planTiles(page, network, tilePx);
  const places = rows.flatMap((row) => Array.from({ length: row.tiles }, (_, at) => ({ row, at })));
  const kinds = new Map<string, number[]>();
  for (let index = 0; index < places.length * pixels.pages; index += 1) {
    const { form, closed } = tileOf(index);
    const kind = `${network.key} ${formKey(form, closed)}`;
    const indexes = kinds.get(kind);
    if (indexes) indexes.push(index);
    else kinds.set(kind, [index]);
  }
  const pieces = openPieces(kinds, orderAt);
  const { dropped } = pieces;
  return { pieces, shared: { kind: 'upscale', id, network, source: pixels, result, tta, dropped } };

  function orderAt(index: number): TileOrder {
    return { kind: 'tile', image: id, page: Math.floor(index / places.length), tile: tileOf(index) };
  }

  function tileOf(index: number): PlannedTile {
    const place = places[index % places.length];
    if (!place) throw new RangeError(`There is no tile ${index}.`);
    return place.row.tileAt(place.at);
  }
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
