import { createHash } from 'node:crypto';
import type { UpscaleRequest } from '../../../contract/ports.js';
import type { Page, PlannedTile, Rect } from '../../../contract/tiles.js';
import { pageOf } from '../../tiles/planes.js';
import { formKey } from '../form-file.js';

/** Alpha is compared with the pixels around it, also where the network sees but one. */
const MIN_REACH_PX = 1;

/**
 * Names all that the result of a tile depends on: two tiles with the same key have the same result, wherever and in
 * whichever image they lie. It holds the pixels by their SHA-256, so that none need be kept to be compared.
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
  for (const row of rowsOf(source, seen)) hash.update(row);
  return hash.digest('base64');
}

/** The samples of a part of a page, row by row. */
export function* rowsOf(page: Page, { xPx, yPx, widthPx, heightPx }: Rect): Generator<Page['data']> {
  const { data, start, channels } = page;
  // a part as wide as the page lies in one piece
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
