import { basename } from 'node:path';
import { facts, html, notes, page, section, type Html, savePage } from '../../../report/html.js';
import { duration, rate } from '../../../system/measures.js';
import type { VideoSummary } from '../video-options.js';
import type { FilmPicture } from './film-pictures.js';
import { clockTime } from './film-progress.js';

/**
 * Writes the page about a film, with frames before and after.
 * @throws SrganError E_OVERWRITE_INPUT, E_NOSPC, E_WRITE
 */
export async function writeFilmPage(
  path: string,
  film: { readonly from: string; readonly to: string },
  summary: VideoSummary,
  pictures: readonly FilmPicture[],
): Promise<void> {
  await savePage(path, filmPage(film, summary, pictures), [film.from, film.to]);
}

export function filmPage(
  { from, to }: { readonly from: string; readonly to: string },
  { frames, resumed, filmS, elapsedMs, widthPx, heightPx, tiles, reused, warnings }: VideoSummary,
  pictures: readonly FilmPicture[],
): string {
  const made = frames - resumed;
  return page({
    title: basename(to),
    subtitle: html`From ${from}`,
    body: [
      section(
        'Figures',
        facts([
          { label: 'Frames', value: frames },
          { label: 'Length', value: clockTime(filmS) },
          { label: 'Size', value: `${widthPx}×${heightPx}`, unit: 'px' },
          { label: 'Time', value: duration(elapsedMs) },
          { label: 'Speed', value: rate((1000 * made) / Math.max(1, elapsedMs)), unit: 'frames/s' },
          { label: 'Tiles reused', value: `${percent(reused, tiles)} %` },
        ]),
        notes(warnings),
      ),
      section(
        'Before and after',
        html`<p class="note">Point at a picture, or press and hold it, to see it as it was before.</p>`,
        ...pictures.map(pair),
      ),
    ],
    footer: 'Made by srgan video.',
    style: STYLE,
  });
}

function pair({ frame, filmS, before, after }: FilmPicture): Html {
  const place = `Frame ${frame}, at ${clockTime(filmS)}`;
  return html`<figure class="pair" tabindex="0">
    <div>
      <img src="${after}" alt="${place}, after" /><img
        class="before"
        src="${before}"
        alt="${place}, before"
      />
    </div>
    <figcaption>${place}</figcaption>
  </figure>`;
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '0' : ((100 * part) / whole).toFixed(1);

const STYLE = `
.pair { margin: 0 0 1.5rem; }
.pair div { position: relative; }
.pair img { display: block; width: 100%; }
.pair .before { position: absolute; inset: 0; opacity: 0; }
.pair:hover .before, .pair:focus .before, .pair:active .before { opacity: 1; }
`;
