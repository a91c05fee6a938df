import type { SourceOverrides } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Size } from '../../system/measures.js';

/** The requested size of a result. */
export type Wanted =
  /** Any factor above 0. */
  | { readonly kind: 'scale'; readonly scale: number }
  /** The largest size that fits, with the source's aspect ratio. */
  | { readonly kind: 'box'; readonly widthPx?: number; readonly heightPx?: number }
  /** The smallest size that reaches both sides, with the source's aspect ratio; never below the source's size. */
  | { readonly kind: 'least'; readonly widthPx: number; readonly heightPx: number };

/** A record's own size replaces that of the options, except for --max-size. */
export function wantedSize(overrides: SourceOverrides, settings: Settings, defaultFactor: number): Wanted {
  return stated(overrides) ?? stated(settings) ?? { kind: 'scale', scale: defaultFactor };
}

function stated({
  scale,
  width,
  height,
  minSize,
}: Partial<Pick<Settings, 'scale' | 'width' | 'height' | 'minSize'>>): Wanted | undefined {
  if (scale !== undefined) return { kind: 'scale', scale };
  if ((width ?? height) !== undefined) return { kind: 'box', widthPx: width, heightPx: height };
  return minSize && { kind: 'least', ...minSize };
}

/** Such as `_2x`, `_1.5x`, `_1920w`, `_1080h`, `_1920x1080` or `_min1920x1080`. */
export function suffixFor(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'scale':
      return `_${factorText(wanted.scale)}x`;
    case 'least':
      return `_min${wanted.widthPx}x${wanted.heightPx}`;
    case 'box':
      if (wanted.widthPx === undefined) return `_${wanted.heightPx ?? ''}h`;
      return wanted.heightPx === undefined ? `_${wanted.widthPx}w` : `_${wanted.widthPx}x${wanted.heightPx}`;
  }
}

/** At most 4 significant digits, so that a name stays readable. */
export function factorText(factor: number): string {
  return String(Number(factor.toPrecision(4)));
}

export interface Target extends Size {
  /** Factor over the source's size, before rounding to whole pixels. */
  readonly factor: number;
}

/**
 * Computes the size of each page of the result: whole pixels, at least one, with the source's aspect ratio, and within
 * `maxSize` even if the source is larger.
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
