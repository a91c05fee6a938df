import { loadSharp } from '../../../pixels/vips.js';
import type { Pixels } from '../../../contract/job.js';
import { secondsOf, type Film } from '../film/film.js';
import type { EnlargedFrame } from '../enlarge-frames.js';

/** A frame before and after, as pictures for a page. */
export interface FilmPicture {
  readonly frame: number;
  readonly filmS: number;
  readonly before: string;
  readonly after: string;
}

export interface FilmPictures {
  /** Keeps the frame, where it is one of those that are shown. */
  look(frame: EnlargedFrame): Promise<void>;
  readonly pictures: readonly FilmPicture[];
}

const PLACES = 10;
const QUALITY = 90;

/** Ten frames, spread over what is left of the film; over its beginning, where its length is not known. */
export function openFilmPictures(): FilmPictures & {
  /** @param first frame that is not there from an interrupted run */
  begin(film: Film, first: number): void;
} {
  const pictures: FilmPicture[] = [];
  let places = new Set<number>();
  let film: Film | undefined;
  return {
    pictures,
    begin(begun, first) {
      film = begun;
      const left = begun.frames === undefined ? undefined : Math.max(PLACES, begun.frames - first);
      const place = (at: number) =>
        first + (left === undefined ? 2 ** at - 1 : Math.floor(((at + 0.5) * left) / PLACES));
      places = new Set(Array.from({ length: PLACES }, (_, at) => place(at)));
    },
    async look(frame) {
      if (!film || !places.has(frame.index)) return;
      pictures.push({
        frame: frame.index,
        filmS: frame.pts === undefined ? 0 : secondsOf(frame.pts, film.timeBase) - film.startS,
        before: await pictureOf(frame.pixels),
        after: await pictureOf(frame.enlarged),
      });
    },
  };
}

/** As a data URL. */
async function pictureOf({ data, widthPx: width, pageHeightPx: height, channels }: Pixels): Promise<string> {
  const sharp = await loadSharp();
  const eight =
    data instanceof Uint16Array ? Uint8Array.from(data, (sample) => sample >> 8) : Uint8Array.from(data);
  const jpeg = await sharp(eight, { raw: { width, height, channels } })
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
