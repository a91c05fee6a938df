import { bandsOf, rowBytesOf } from '../../pixels/codec/png/deflate-band.js';
import type { Band, Rows, DeflateRequest } from '../../contract/ports.js';
import type { Order, Product, ToDeflate } from './messages.js';
import { openPieces, type Pieces } from './pieces.js';

/** An image on its way into a PNG, band by band. */
export interface BandedImage {
  readonly shared: ToDeflate;
  readonly pieces: Pieces;
  /** Takes what came of an order. */
  put(order: Order, product: Product): void;
  /** All of them, from top to bottom, once the pieces have ended. */
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
