import path from 'node:path';
import { loadSharp } from '../../pixels/vips.js';
import { mkdir } from '../../system/files/fs.js';

/** Light that varies on all scales alike. */
interface Octaves {
  /** Writes one row, in levels around 0. */
  row(y: number, into: Float32Array): void;
}

const FINEST_CELL_PX = 2;

/** Levels of the coarsest octave; half the cell has half of it, which makes amplitudes fall as 1/f. */
const COARSEST_LEVELS = 28;

/** Noise on lattices from half the image down to two pixels, blended between the points. */
function octaves(next: () => number, widthPx: number, heightPx: number): Octaves {
  const layers: { cellPx: number; columns: number; values: Float32Array }[] = [];
  let levels = COARSEST_LEVELS;
  for (let cellPx = Math.max(widthPx, heightPx) / 2; cellPx >= FINEST_CELL_PX; cellPx /= 2) {
    const columns = Math.ceil(widthPx / cellPx) + 2;
    const rows = Math.ceil(heightPx / cellPx) + 2;
    const values = Float32Array.from({ length: columns * rows }, () => 2 * levels * (next() - 0.5));
    layers.push({ cellPx, columns, values });
    levels /= 2;
  }

  return {
    row(y, into) {
      into.fill(0);
      for (const { cellPx, columns, values } of layers) {
        const rowAt = y / cellPx;
        const upper = Math.floor(rowAt) * columns;
        const down = eased(rowAt - Math.floor(rowAt));
        for (let x = 0; x < into.length; x += 1) {
          const columnAt = x / cellPx;
          const at = upper + Math.floor(columnAt);
          const across = eased(columnAt - Math.floor(columnAt));
          const above = blend(values[at] as number, values[at + 1] as number, across);
          const below = blend(values[at + columns] as number, values[at + columns + 1] as number, across);
          into[x] = (into[x] as number) + blend(above, below, down);
        }
      }
    },
  };
}

const eased = (share: number) => share * share * (3 - 2 * share);
const blend = (from: number, to: number, share: number) => from + (to - from) * share;

/** Samples of an RGB image: rows top to bottom, 0..255. */
export interface Scene {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Things in a scene: on average two lie on a pixel, and the topmost is seen. */
const LEAVES = 500;

/** Radii as a share of the shorter side. Their density falls with the cube, as sizes of things in a photo do. */
const LEAST_RADIUS = 0.015;
const LARGEST_RADIUS = 0.4;

/** Standard deviation of the film grain in the middle tones. */
const GRAIN_LEVELS = 2;

/**
 * A picture with the statistics of a photograph, the same on every machine for a seed: things of all sizes
 * that hide each other (dead leaves: Lee, Mumford, Huang, IJCV 41, 2001), shaded and partly textured, over
 * a 1/f spectrum, with film grain.
 */
export function drawScene({ widthPx, heightPx, seed }: SceneOptions): Scene {
  const next = generator(seed);
  const data = new Uint8Array(3 * widthPx * heightPx);
  const colours = new Float32Array(3 * widthPx * heightPx);
  const ground: Leaf = {
    ...leafOf(next, widthPx, heightPx),
    x: widthPx / 2,
    y: heightPx / 2,
    radius: Math.max(widthPx, heightPx) / 2,
    texture: 0,
  };
  paint(colours, widthPx, 0, heightPx, ground, () => [0, widthPx]);
  for (let i = 0; i < LEAVES; i += 1) paintLeaf(colours, widthPx, heightPx, leafOf(next, widthPx, heightPx));

  const cloud = octaves(next, widthPx, heightPx);
  const row = new Float32Array(widthPx);
  let at = 0;
  for (let y = 0; y < heightPx; y += 1) {
    cloud.row(y, row);
    for (let x = 0; x < widthPx; x += 1) {
      const grain = GRAIN_LEVELS * (next() + next() + next() - 1.5) * 2;
      for (let c = 0; c < 3; c += 1, at += 1) {
        const light = (colours[at] as number) + (row[x] as number);
        data[at] = Math.min(255, Math.max(0, Math.round(light + grain * visibility(light))));
      }
    }
  }
  return { data, widthPx, heightPx };
}

export interface SceneOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** A whole number from 0 to 2³² − 1. */
  readonly seed: number;
}

/** Grain shows in the middle tones and is lost in black and white. */
const visibility = (light: number) => Math.max(0.3, 1 - ((light - 128) / 160) ** 2);

interface Leaf {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** A disc at 1; flatter below. */
  readonly flatness: number;
  readonly turn: number;
  readonly colour: readonly [number, number, number];
  /** Levels from one rim to the other. */
  readonly shade: number;
  /** Levels of a grating along its axis, and radians per pixel. */
  readonly texture: number;
  readonly frequency: number;
}

function leafOf(next: () => number, widthPx: number, heightPx: number): Leaf {
  const side = Math.min(widthPx, heightPx);
  const [least, largest] = [LEAST_RADIUS * side, LARGEST_RADIUS * side];
  const spread = next() * (1 - (least / largest) ** 2);
  const light = 30 + 190 * next();
  const tint = () => light + 50 * (next() - 0.5);
  return {
    radius: least / Math.sqrt(1 - spread),
    x: next() * widthPx,
    y: next() * heightPx,
    flatness: 0.35 + 0.65 * next(),
    turn: Math.PI * next(),
    colour: [tint(), tint(), tint()],
    shade: 60 * (next() - 0.5),
    texture: next() < 0.3 ? 6 + 18 * next() : 0,
    frequency: 0.3 + 1.8 * next() ** 2,
  };
}

function paintLeaf(colours: Float32Array, widthPx: number, heightPx: number, leaf: Leaf): void {
  const { x: centreX, y: centreY, radius, flatness, turn } = leaf;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  // u² + (v / flatness)² < radius², solved for x on each row
  const a = cos ** 2 + (sin / flatness) ** 2;
  const top = Math.max(0, Math.ceil(centreY - radius));
  const bottom = Math.min(heightPx, Math.floor(centreY + radius) + 1);
  paint(colours, widthPx, top, bottom, leaf, (y) => {
    const dy = y - centreY;
    const b = dy * cos * sin * (1 - 1 / flatness ** 2);
    const c = dy ** 2 * (sin ** 2 + (cos / flatness) ** 2) - radius ** 2;
    const inside = b ** 2 - a * c;
    if (inside <= 0) return [0, 0];
    const reach = Math.sqrt(inside);
    return [
      Math.max(0, Math.ceil(centreX + (-b - reach) / a)),
      Math.min(widthPx, Math.floor(centreX + (reach - b) / a) + 1),
    ];
  });
}

function paint(
  colours: Float32Array,
  widthPx: number,
  top: number,
  bottom: number,
  { x: centreX, y: centreY, radius, turn, colour, shade, texture, frequency }: Leaf,
  spanOf: (y: number) => readonly [number, number],
): void {
  const [alongX, alongY] = [Math.cos(turn), Math.sin(turn)];
  for (let y = top; y < bottom; y += 1) {
    const [from, to] = spanOf(y);
    for (let x = from; x < to; x += 1) {
      const along = (x - centreX) * alongX + (y - centreY) * alongY;
      let light = (shade * along) / radius;
      if (texture !== 0) light += texture * Math.sin(frequency * along);
      const at = 3 * (y * widthPx + x);
      for (let c = 0; c < 3; c += 1) colours[at + c] = (colour[c] as number) + light;
    }
  }
}

/** mulberry32: numbers in 0..1; any seed is a good one. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ImagesOptions {
  readonly count: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** The images of two seeds have nothing in common. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * Fills a directory with PNG files that look like photographs to a network and to a codec; the same files
 * for the same options.
 * @throws what writing a file throws, and the signal's reason
 */
export async function writeImages(directory: string, options: ImagesOptions): Promise<void> {
  const { count, widthPx, heightPx, seed, signal } = options;
  const sharp = await loadSharp();
  await mkdir(directory, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    signal?.throwIfAborted();
    const { data } = drawScene({ widthPx, heightPx, seed: Math.imul(seed + 1, 0x9e3779b1) + index });
    await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toFile(path.join(directory, imageName(index)));
  }
}

/** Names that sort in the order in which the images were made. */
export const imageName = (index: number): string => `${String(index).padStart(5, '0')}.png`;
