import { basename } from 'node:path';
import type { ComparedImage, Comparison } from '../../pixels/metrics/compare.js';
import { DIFFERENCE_CLASSES } from '../../pixels/metrics/differences.js';
import { facts, html, notes, page, section, type Html, savePage } from '../../report/html.js';
import { barPlot } from '../../report/plot/bars.js';
import { comparedText, figuresOf, METHODS, remarks } from './compare-flags.js';
import { drawPictures, type Detail, type Pictures } from './compare-pictures.js';
import { VIEWER_SCRIPT, viewer, VIEWER_STYLE } from './viewer.js';

/**
 * Writes the HTML page of a comparison. The comparison must have a difference map.
 * @throws SrganError E_OVERWRITE_INPUT, E_NOSPC, E_WRITE, E_DECODE
 */
export async function writeComparePage(path: string, comparison: Comparison): Promise<void> {
  const pictures = await drawPictures(comparison);
  await savePage(path, comparePage(comparison, pictures), [comparison.a.path, comparison.b.path]);
}

/** Renders the comparison of two images as one self-contained HTML page. */
export function comparePage(comparison: Comparison, pictures: Pictures): string {
  const { a, b, map, identical } = comparison;
  const names = { a: basename(a.path), b: basename(b.path) };
  const same = identical ? ['Nothing differs in what was compared.'] : [];
  return page({
    title: `${names.a} and ${names.b}`,
    subtitle: html`A: ${a.path} (${kindOf(a)})<br />B: ${b.path} (${kindOf(b)})<br />Compared:
      ${comparedText(comparison)}`,
    body: [
      section(
        'Figures',
        facts(figuresOf(comparison).map(({ name, value, unit }) => ({ label: name, value, unit }))),
        notes([...same, ...remarks(comparison)]),
        html`<details>
          <summary>How they are measured</summary>
          <ul>
            ${METHODS.map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
        </details>`,
      ),
      section('Images', remarkOn(comparison, pictures), viewer(names, pictures, map?.worst.difference ?? 0)),
      ...(pictures.detail && map ? [detailSection(pictures.detail, map.worst)] : []),
      section('How many pixels differ', histogramPlot(comparison)),
    ],
    footer: 'Made by srgan compare.',
    style: VIEWER_STYLE,
    script: VIEWER_SCRIPT,
  });
}

const KINDS = { 1: 'gray', 3: 'RGB', 4: 'RGB and alpha' } as const;
const kindOf = ({ channels, bitsPerSample }: ComparedImage) => `${KINDS[channels]}, ${bitsPerSample} bit`;

function remarkOn({ pages }: Comparison, { cellPx }: Pictures): Html {
  const made = [
    cellPx > 1 &&
      `Made smaller for this page: 1 pixel stands for ${cellPx}×${cellPx}; of the difference it is the largest.`,
    pages > 1 && `The first of ${pages} pages is shown.`,
  ].filter((sentence) => sentence !== false);
  return made.length > 0 ? html`<p class="note">${made.join(' ')}</p>` : html``;
}

function detailSection(
  { a, b, leftPx, topPx }: Detail,
  worst: { x: number; y: number; difference: number },
): Html {
  const cut = (label: string, { url, widthPx, heightPx }: Detail['a']) =>
    html`<figure>
      <img src="${url}" width="${widthPx}" height="${heightPx}" alt="${label}, enlarged" />
      <figcaption>${label}</figcaption>
    </figure>`;
  return section(
    'Where they differ most',
    html`<p>
        By ${Number(worst.difference.toFixed(2))} of 255 at x ${worst.x}, y ${worst.y}; shown are
        ${a.widthPx}×${a.heightPx} px from x ${leftPx}, y ${topPx}.
      </p>
      <div class="details">${cut('A', a)} ${cut('B', b)}</div>`,
  );
}

function histogramPlot({ histogram, identical }: Comparison): Html {
  const pixels = histogram.reduce((sum, count) => sum + count, 0);
  const last = identical ? 0 : histogram.findLastIndex((count) => count > 0);
  const ends = DIFFERENCE_CLASSES.slice(0, Math.max(last, 1) + 1);
  return barPlot({
    title: 'Pixels by their largest difference over the channels',
    description: 'Share of the compared pixels in each class of differences, in levels of 255.',
    groupLabel: 'Difference (levels of 255)',
    groups: ends.map((end, i) => className(end, DIFFERENCE_CLASSES[i - 1])),
    y: { label: 'Pixels', unit: '%' },
    series: [{ name: 'Pixels', bars: ends.map((_, i) => ({ value: percentOf(histogram[i] ?? 0, pixels) })) }],
  });
}

const percentOf = (part: number, whole: number) => Number(((100 * part) / whole).toPrecision(3));

function className(end: number, before: number | undefined): string {
  if (before === undefined) return '0';
  return before === 0 ? 'to 1' : `${before} to ${end}`;
}
