import type { Pixels } from '../job.js';
import type { Buffers, UpscaleRequest } from '../run.js';
import { planTiles } from '../tiles/plan.js';
import { formKey } from './form-file.js';
import type { TileOrder, ToUpscale } from './messages.js';
import { openPieces, type Pieces } from './pieces.js';

/** An image on its way through the network, tile by tile. */
export interface TiledImage {
  readonly shared: ToUpscale;
  readonly pieces: Pieces;
}

export function openTiledImage(id: number, request: UpscaleRequest, result: Pixels): TiledImage {
  const { network, pixels, tilePx, tta } = request;
  const page = { widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx };
  const plan = planTiles(page, network, tilePx);
  const kinds = new Map<string, number[]>();
  for (let index = 0; index < plan.tiles * pixels.pages; index += 1) {
    const { form, closed } = plan.tileAt(index % plan.tiles);
    const kind = `${network.key} ${formKey(form, closed)}`;
    const indexes = kinds.get(kind);
    if (indexes) indexes.push(index);
    else kinds.set(kind, [index]);
  }
  const pieces = openPieces(kinds, orderAt);
  const { dropped } = pieces;
  return { pieces, shared: { kind: 'upscale', id, network, source: pixels, result, tta, dropped } };

  function orderAt(index: number): TileOrder {
    const tile = plan.tileAt(index % plan.tiles);
    return { kind: 'tile', image: id, page: Math.floor(index / plan.tiles), tile };
  }
}

/** Room for the enlarged image. */
export function takeResult({ pixels, network }: UpscaleRequest, buffers: Buffers): Pixels {
  const samples = pixels.data.length * network.factor ** 2;
  const buffer = buffers.take(samples * pixels.data.BYTES_PER_ELEMENT);
  return {
    ...pixels,
    data:
      pixels.data instanceof Uint16Array
        ? new Uint16Array(buffer, 0, samples)
        : new Uint8Array(buffer, 0, samples),
    widthPx: pixels.widthPx * network.factor,
    pageHeightPx: pixels.pageHeightPx * network.factor,
  };
}
