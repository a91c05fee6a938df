import { degrade, type Degradation } from '../degrade/degrade.js';
import { seededRandom, type Random } from '../random.js';
import { crop, type Rgb } from '../resample.js';
import type { PlannedPicture } from '../training-pictures.js';

export interface PatchSettings {
  readonly degradation: Degradation;
  readonly factor: number;
  /** Side of a small patch. */
  readonly sidePx: number;
  readonly patchesPerChunk: number;
  readonly seed: number;
}

/** Patches as bytes: what the network is given, and the targets taken apart into factor² planes of small size. */
export interface Chunk {
  /** patches × side × side × 3. */
  readonly small: Uint8Array<ArrayBuffer>;
  /** patches × side × side × (factor² · 3). */
  readonly large: Uint8Array<ArrayBuffer>;
}

/** Places that are tried for one with something in it. */
const TRIES = 6;
/** Small pixels around a patch that a kernel may look at. */
const MARGIN_PX = 4;

/**
 * Cuts the patches of chunk number `chunk`. Degrading costs more than cutting: several patches come from one region,
 * and those of a region go to different batches.
 */
export async function cutChunk(
  pictures: readonly Rgb[],
  chunk: number,
  settings: PatchSettings,
): Promise<Chunk> {
  const { degradation, factor, sidePx, patchesPerChunk, seed } = settings;
  const random = seededRandom(seed, 2, chunk);
  const perRegion = degradation === 'clean' ? 1 : 4;
  const regions = patchesPerChunk / perRegion;
  const smallSize = sidePx * sidePx * 3;
  const small = new Uint8Array(patchesPerChunk * smallSize);
  const large = new Uint8Array(patchesPerChunk * smallSize * factor * factor);
  const pick = byArea(pictures);
  for (let region = 0; region < regions; region++) {
    const picture = chooseRegion(pick, perRegion === 1 ? sidePx : 2 * sidePx + 8, settings, random);
    const degraded = await degrade(degradation, picture, factor, random);
    for (let i = 0; i < perRegion; i++) {
      const [x, y] = placeIn(degraded, sidePx, i, perRegion, random);
      const turn = { flipX: random.chance(0.5), flipY: random.chance(0.5), transpose: random.chance(0.5) };
      const at = i * regions + region;
      copySmall(degraded, x, y, sidePx, turn, small.subarray(at * smallSize));
      copyLarge(picture, x, y, sidePx, factor, turn, large.subarray(at * smallSize * factor * factor));
    }
  }
  return { small, large };
}

/** Chooses among pictures, each as often as its area has it. */
function byArea(pictures: readonly Rgb[]): (random: Random) => Rgb {
  let total = 0;
  const ends = pictures.map(({ widthPx, heightPx }) => (total += widthPx * heightPx));
  return (random) => {
    const at = random.next() * total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return pictures[low] as Rgb;
  };
}

/** A region of a picture, with room around the patches; flat ones are mostly passed over. */
function chooseRegion(
  pick: (random: Random) => Rgb,
  regionPx: number,
  { factor }: PatchSettings,
  random: Random,
): Rgb {
  let picture = pick(random);
  let x = 0;
  let y = 0;
  let side = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    picture = pick(random);
    const { widthPx, heightPx } = picture;
    const fullPx = (regionPx + 2 * MARGIN_PX) * factor;
    side = Math.min(fullPx, Math.floor(Math.min(widthPx, heightPx) / factor) * factor);
    x = random.below(widthPx - side + 1);
    y = random.below(heightPx - side + 1);
    if (spreadOf(picture, x, y, side) > 8 + random.between(0, 12)) break;
  }
  return crop(picture, x, y, side, side);
}

/** Standard deviation of green. */
function spreadOf({ data, widthPx }: Rgb, x0: number, y0: number, side: number): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 0; y < side; y += 4) {
    for (let x = 0; x < side; x += 4) {
      const value = data[((y0 + y) * widthPx + x0 + x) * 3 + 1] as number;
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** One of four patches lies in each quarter of a region; a single one in its middle, where the kernel sees all it needs. */
function placeIn(
  { widthPx }: Rgb,
  sidePx: number,
  i: number,
  perRegion: number,
  random: Random,
): [x: number, y: number] {
  const room = widthPx - sidePx;
  if (perRegion === 1) return [room >> 1, room >> 1];
  const half = room >> 1;
  const along = (far: boolean) => (far ? half : 0) + random.below(half + 1);
  return [along(i % 2 === 1), along(i >= 2)];
}

interface Turn {
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly transpose: boolean;
}

function copySmall({ data, widthPx }: Rgb, x0: number, y0: number, side: number, turn: Turn, to: Uint8Array) {
  let at = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      const from = source(x, y, side, turn, x0, y0, widthPx);
      to[at] = data[from] as number;
      to[at + 1] = data[from + 1] as number;
      to[at + 2] = data[from + 2] as number;
    }
  }
}

/** Pixel (X, Y) goes to channels (Y % factor · factor + X % factor) · 3 of small pixel (X / factor, Y / factor). */
function copyLarge(
  { data, widthPx }: Rgb,
  x0: number,
  y0: number,
  side: number,
  factor: number,
  turn: Turn,
  to: Uint8Array,
) {
  const channels = factor * factor * 3;
  const sideLarge = side * factor;
  for (let y = 0; y < sideLarge; y++) {
    const row = Math.floor(y / factor) * side * channels + (y % factor) * factor * 3;
    for (let x = 0; x < sideLarge; x++) {
      const from = source(x, y, sideLarge, turn, x0 * factor, y0 * factor, widthPx);
      const at = row + Math.floor(x / factor) * channels + (x % factor) * 3;
      to[at] = data[from] as number;
      to[at + 1] = data[from + 1] as number;
      to[at + 2] = data[from + 2] as number;
    }
  }
}

function source(x: number, y: number, side: number, turn: Turn, x0: number, y0: number, width: number) {
  let column = turn.transpose ? y : x;
  let row = turn.transpose ? x : y;
  if (turn.flipX) column = side - 1 - column;
  if (turn.flipY) row = side - 1 - row;
  return ((y0 + row) * width + x0 + column) * 3;
}

/** Pictures in memory before the first patch is cut, and how many come with each chunk until memory is full. */
const AT_FIRST = 24;
const PER_CHUNK = 4;

/**
 * Which pictures are in memory when a chunk of patches is cut. It depends on nothing but the seed, the pictures and
 * the chunk's number, so that a resumed training sees what an uninterrupted one sees. More pictures than fit take
 * turns: with each chunk the oldest ones leave.
 */
export function openWindow(pictures: readonly PlannedPicture[], maxBytes: number, seed: number) {
  const order = shuffled(pictures.length, seed);
  const bytes = order.map((index) => bytesOf(pictures[index]));
  const fits = bytes.reduce((sum, each) => sum + each, 0) <= maxBytes;

  /** Numbers of the pictures, in the order in which they came. */
  return (chunk: number): number[] => {
    const count = order.length;
    const end = AT_FIRST + PER_CHUNK * chunk;
    if (fits) return order.slice(0, Math.min(count, end));
    const held: number[] = [];
    let sum = 0;
    for (let at = end - 1; at >= Math.max(0, end - count); at--) {
      sum += bytes[at % count] ?? 0;
      if (sum > maxBytes && held.length > 0) break;
      held.push(order[at % count] ?? 0);
    }
    return held.reverse();
  };
}

export function bytesOf(picture: PlannedPicture | undefined): number {
  return picture ? picture.widthPx * picture.heightPx * 3 : 0;
}

function shuffled(count: number, seed: number): number[] {
  const random = seededRandom(seed, 1);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
