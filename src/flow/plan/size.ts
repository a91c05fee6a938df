import type { Size } from '../../system/measures.js';
import type { Wanted } from './wanted.js';

export interface Target extends Size {
  /** How much larger than the source, before rounding to whole pixels. */
  readonly factor: number;
}

/**
 * Size of each page of the result: rounded to whole pixels, at least one, the aspect kept, and inside
 * `maxSize` where there is one, even if the source is not.
 */
export function targetSize(source: Size, wanted: Wanted, maxSize: Size | undefined): Target {
  const factor = Math.min(wantedFactor(source, wanted), maxSize ? inside(source, maxSize) : Infinity);
  return {
    factor,
    widthPx: Math.max(1, Math.round(source.widthPx * factor)),
    heightPx: Math.max(1, Math.round(source.heightPx * factor)),
  };
}

function wantedFactor(source: Size, wanted: Wanted): number {
  switch (wanted.kind) {
    case 'scale':
      return wanted.scale;
    case 'box':
      return inside(source, { widthPx: wanted.widthPx ?? Infinity, heightPx: wanted.heightPx ?? Infinity });
    case 'least':
      return Math.max(1, wanted.widthPx / source.widthPx, wanted.heightPx / source.heightPx);
  }
}

function inside(source: Size, box: Size): number {
  return Math.min(box.widthPx / source.widthPx, box.heightPx / source.heightPx);
}
