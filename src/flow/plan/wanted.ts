import type { SourceOverrides } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';

/** How the size of the result is stated. */
export type Wanted =
  /** Any factor above 0. */
  | { readonly kind: 'scale'; readonly scale: number }
  /** As large as fits, aspect kept. */
  | { readonly kind: 'box'; readonly widthPx?: number; readonly heightPx?: number }
  /** Just so large that both sides are reached, aspect kept; never smaller than the source. */
  | { readonly kind: 'least'; readonly widthPx: number; readonly heightPx: number };

/** What a record says about its own size replaces all that the options say, but for --max-size. */
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
