import { evenly } from './choose-images.js';
import { cut, unlikeness, type Cutting, placesOf, type Place } from './cut.js';
import type { Result } from './measure-contender.js';
import type { Prepared } from './prepare-original.js';

/** One place of an original, and what each contender made of it. */
export interface Crop {
  readonly path: string;
  readonly place: Place;
  readonly original: Cutting;
  /** Of as many pixels as the network was given. */
  readonly small: Cutting;
  /** By the name of the contender. */
  readonly made: ReadonlyMap<string, Cutting>;
}

/** Of each image so many times as many places are looked at as are shown. */
const CANDIDATES = 3;
/** So many of an image, where there are images enough. */
const OF_ONE_IMAGE = 2;

interface Candidate {
  readonly index: number;
  readonly place: Place;
  readonly cuttings: Map<string, Cutting>;
}

/**
 * Gathers crops while the results come by. Candidates are the places where the first contender, plain resampling, is
 * furthest from the original: where there is detail. Shown are those of them where the contenders differ most from one
 * another. There is no chance in it.
 * @param most crops in all
 */
export function openCrops(images: readonly Prepared[], scale: number, most: number) {
  const shown = evenly(images.length, Math.ceil(most / OF_ONE_IMAGE));
  // the same number of each image, and one more of the first ones where that leaves some
  const shareOf = (at: number) => Math.ceil((most - at) / shown.length);
  let candidates: Candidate[] | undefined;

  return {
    /** Takes what one contender made, while it is there. */
    async take({ contender, comparisons }: Result, fileOf: (index: number) => string): Promise<void> {
      candidates ??= shown.flatMap((index, at) => {
        const [image, map] = [images[index], comparisons[index]?.map];
        if (!image || !map) return [];
        return placesOf(map, image, CANDIDATES * shareOf(at)).map((place) => ({
          index,
          place,
          cuttings: new Map<string, Cutting>(),
        }));
      });
      for (const index of shown) {
        const ours = candidates.filter((one) => one.index === index);
        const cuttings = await cut(
          fileOf(index),
          ours.map(({ place }) => place),
        );
        ours.forEach(({ cuttings: of }, i) => of.set(contender.name, cuttings[i] as Cutting));
      }
    },

    /** The crops by image, those that differ most first. */
    async close(): Promise<Crop[]> {
      const crops: Crop[] = [];
      for (const [at, index] of shown.entries()) {
        const image = images[index];
        if (!image) continue;
        const ours = (candidates ?? [])
          .filter((one) => one.index === index)
          .map((one) => ({ ...one, unlike: unlikeness([...one.cuttings.values()]) }))
          .sort((a, b) => b.unlike - a.unlike)
          .slice(0, shareOf(at));
        const places = ours.map(({ place }) => place);
        const originals = await cut(image.path, places);
        const smalls = await cut(
          image.small,
          places.map((place) => within(place, scale)),
        );
        ours.forEach(({ place, cuttings }, i) =>
          crops.push({
            path: image.path,
            place,
            original: originals[i] as Cutting,
            small: smalls[i] as Cutting,
            made: cuttings,
          }),
        );
      }
      return crops;
    },
  };
}

const within = ({ leftPx, topPx, widthPx, heightPx }: Place, scale: number): Place => ({
  leftPx: leftPx / scale,
  topPx: topPx / scale,
  widthPx: widthPx / scale,
  heightPx: heightPx / scale,
});
