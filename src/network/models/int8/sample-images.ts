import { drawScene, generator } from './scene.js';

/** What is done to each sample of a scene; `noise` gives numbers in 0..1. */
type Change = (value: number, noise: () => number) => number;

/**
 * Kinds of images that reach the inner values of a network in different ways. Drawings in black and white
 * reach farthest: without them they come out 10 dB worse, with them photographs lose 1 dB.
 */
const KINDS: Readonly<Record<string, Change>> = {
  plain: (value) => value,
  dark: (value) => value / 4,
  bright: (value) => 255 - (255 - value) / 4,
  contrasty: (value) => 128 + 2.5 * (value - 128),
  noisy: (value, noise) => value + 60 * (noise() + noise() + noise() - 1.5),
  'black and white': (value) => (value > 128 ? 255 : 0),
};

/**
 * Images of every kind, and a smooth one: the same on every machine for a seed.
 * @returns 3 × sidePx × sidePx values each, whole numbers in 0..255: the red plane, then green, then blue
 */
export function sampleImages(sidePx: number, seed: number): Float32Array[] {
  const changed = Object.values(KINDS).map((change, i) => changedScene(sidePx, seed + i, change));
  return [...changed, smooth(sidePx, seed)];
}

function changedScene(sidePx: number, seed: number, change: Change): Float32Array {
  const { data } = drawScene({ widthPx: sidePx, heightPx: sidePx, seed });
  const noise = generator(seed);
  const planes = new Float32Array(data.length);
  data.forEach((value, at) => {
    planes[(at % 3) * sidePx ** 2 + Math.floor(at / 3)] = level(change(value, noise));
  });
  return planes;
}

function smooth(sidePx: number, seed: number): Float32Array {
  return Float32Array.from({ length: 3 * sidePx ** 2 }, (_, at) => {
    const [x, y] = [at % sidePx, Math.floor(at / sidePx) % sidePx];
    const colour = Math.floor(at / sidePx ** 2);
    return level(128 + 127 * Math.sin((3 * x + 2 * y) / sidePx + colour + seed));
  });
}

/** The level of 8 bits that a value comes to. */
export const level = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
