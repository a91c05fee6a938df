import type { Pixels } from '../contract/job.js';

export interface Level {
  /** For each cell its colours, then a weight, which is 0 for an unknown cell. */
  readonly cells: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Gives every fully transparent pixel the colour of the visible pixels around it, so that filters find no foreign
 * colour across the edge. Visible pixels and alpha do not change; pages do not mix. The pull-push algorithm averages
 * colours, weighted by alpha, into ever smaller images and fills the holes of each from the next smaller one (Gortler
 * et al., The Lumigraph, SIGGRAPH 1996).
 */
export function bleed(pixels: Pixels): void {
  const { channels, widthPx, pageHeightPx, pages } = pixels;
  if (channels !== 2 && channels !== 4) return;
  const samples = widthPx * pageHeightPx * channels;
  for (let page = 0; page < pages; page++) {
    const data = pixels.data.subarray(page * samples, (page + 1) * samples);
    if (hasHiddenAndVisible(data, channels)) bleedPage(data, widthPx, pageHeightPx, channels);
  }
}

function hasHiddenAndVisible(data: Pixels['data'], channels: number): boolean {
  const { hidden, visible } = kindsIn(data, channels);
  return hidden && visible;
}

/** Returns whether there are fully transparent pixels, and any others. */
export function kindsIn(data: Grid['cells'], channels: number): { hidden: boolean; visible: boolean } {
  let hidden = false;
  let visible = false;
  for (let i = channels - 1; i < data.length && !(hidden && visible); i += channels) {
    if (data[i] === 0) hidden = true;
    else visible = true;
  }
  return { hidden, visible };
}

function bleedPage(data: Pixels['data'], width: number, height: number, channels: number): void {
  const page = { cells: data, width, height };
  const first = pull(page, channels);
  fillLevel(first, channels);
  push(page, first, channels, 0);
}

/** Fills the unknown cells from ever smaller levels. At least one cell must be known. */
export function fillLevel(level: Level, channels: number): void {
  const levels = [level];
  for (let top = level; top.width * top.height > 1;) {
    top = pull(top, channels);
    levels.push(top);
  }
  for (let i = levels.length - 2; i >= 0; i--) {
    const [fine, coarse] = [levels[i], levels[i + 1]];
    if (fine && coarse) push(fine, coarse, channels, 1);
  }
}

export interface Grid {
  readonly cells: Float32Array | Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
}

/** Halves the size: the weighted mean of each 2 × 2 cells. Weights are capped at 1, so that near pixels dominate. */
export function pull(fine: Grid, channels: number): Level {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const cells = new Float32Array(width * height * channels);
  const colours = channels - 1;
  const from = fine.cells;
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      const at = (y * fine.width + x) * channels;
      const weight = from[at + colours] ?? 0;
      if (weight === 0) continue;
      const to = ((y >> 1) * width + (x >> 1)) * channels;
      for (let c = 0; c < colours; c++) cells[to + c] = (cells[to + c] ?? 0) + weight * (from[at + c] ?? 0);
      cells[to + colours] = (cells[to + colours] ?? 0) + weight;
    }
  }
  for (let at = 0; at < cells.length; at += channels) {
    const weight = cells[at + colours] ?? 0;
    if (weight === 0) continue;
    for (let c = 0; c < colours; c++) cells[at + c] = (cells[at + c] ?? 0) / weight;
    cells[at + colours] = 1;
  }
  return { cells, width, height };
}

/** Fills the unknown cells of `fine` by bilinear interpolation of `coarse`, which has no unknown cells. */
export function push(fine: Grid, coarse: Level, channels: number, weight: 0 | 1): void {
  const colours = channels - 1;
  const into = fine.cells;
  const from = coarse.cells;
  for (let y = 0; y < fine.height; y++) {
    const y0 = y >> 1;
    const y1 = Math.min(coarse.height - 1, Math.max(0, y0 + ((y & 1) === 1 ? 1 : -1)));
    for (let x = 0; x < fine.width; x++) {
      const at = (y * fine.width + x) * channels;
      if (into[at + colours] !== 0) continue;
      const x0 = x >> 1;
      const x1 = Math.min(coarse.width - 1, Math.max(0, x0 + ((x & 1) === 1 ? 1 : -1)));
      const near = (y0 * coarse.width + x0) * channels;
      const side = (y0 * coarse.width + x1) * channels;
      const above = (y1 * coarse.width + x0) * channels;
      const corner = (y1 * coarse.width + x1) * channels;
      for (let c = 0; c < colours; c++) {
        const sum =
          9 * (from[near + c] ?? 0) +
          3 * ((from[side + c] ?? 0) + (from[above + c] ?? 0)) +
          (from[corner + c] ?? 0);
        into[at + c] = sum / 16 + (weight === 0 ? 0.5 : 0);
      }
      into[at + colours] = weight;
    }
  }
}

export type Transparency = 'opaque' | 'binary' | 'partial';

/** @param before the result for earlier samples of the same image */
export function transparencyOf(
  { data, channels }: Pick<Pixels, 'channels'> & { readonly data: Uint8Array | Uint16Array },
  before: Transparency = 'opaque',
): Transparency {
  if (channels % 2 === 1) return 'opaque';
  const full = data instanceof Uint16Array ? 65535 : 255;
  let found = before;
  for (let i = channels - 1; i < data.length && found !== 'partial'; i += channels) {
    const alpha = data[i];
    if (alpha === full) continue;
    found = alpha === 0 ? 'binary' : 'partial';
  }
  return found;
}
