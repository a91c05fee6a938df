import type { Random } from '../random.js';
import type { Rgb } from '../resample.js';
import { degradeClean } from './clean.js';
import { degradeDrawing } from './drawing.js';
import { degradePhoto } from './photo.js';

export const DEGRADATIONS = ['clean', 'photo', 'drawing'] as const;
export type Degradation = (typeof DEGRADATIONS)[number];

/** The small picture that a network of this kind has to enlarge. Both sides of `picture` are multiples of `factor`. */
export function degrade(kind: Degradation, picture: Rgb, factor: number, random: Random): Rgb | Promise<Rgb> {
  switch (kind) {
    case 'clean':
      return degradeClean(picture, factor);
    case 'photo':
      return degradePhoto(picture, factor, random);
    case 'drawing':
      return degradeDrawing(picture, factor, random);
  }
}
