import { html, table, type Column, type Html, type Piece } from '../html.js';
import type { Scale } from './axis.js';

/** The area of the plot inside its picture, in the picture's own units. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const PICTURE = { width: 960, height: 330 } as const;

const CHARACTER = 7.2;
export const LANE = 16;

/** @param lanes rows of labels above the area */
export function boxFor(y: Scale, right: Scale | undefined, lanes: number): Box {
  const room = (scale: Scale | undefined) =>
    scale ? 36 + CHARACTER * Math.max(...scale.ticks.map(({ text }) => text.length)) : 14;
  return {
    left: room(y),
    right: PICTURE.width - room(right),
    top: 10 + lanes * LANE,
    bottom: PICTURE.height - 44,
  };
}

export const widthOf = (text: string): number => text.length * CHARACTER;

export const xOf = (box: Box, share: number): number => round(box.left + share * (box.right - box.left));
export const yOf = (box: Box, share: number): number => round(box.bottom - share * (box.bottom - box.top));
export const round = (place: number): number => Math.round(place * 10) / 10;

export interface Labelled {
  readonly x: number;
  readonly text: string;
}

/** Grid, ticks and titles; the curves go on top of it. */
export function axes(
  box: Box,
  x: { title: string; ticks: readonly Labelled[] },
  y: Scale,
  right?: Scale,
): Html {
  const { left, bottom, top } = box;
  const middle = round((top + bottom) / 2);
  return html`<g class="axis">
    ${y.ticks.map(({ value, text }) => {
      const at = yOf(box, y.at(value));
      return html`<line class="grid" x1="${left}" x2="${box.right}" y1="${at}" y2="${at}" />
        <text x="${left - 7}" y="${at + 4}" text-anchor="end">${text}</text>`;
    })}
    ${(right?.ticks ?? []).map(
      ({ value, text }) =>
        html`<text x="${box.right + 7}" y="${yOf(box, right?.at(value) ?? 0) + 4}">${text}</text>`,
    )}
    ${x.ticks.map(
      (tick) =>
        html`<line class="frame" x1="${tick.x}" x2="${tick.x}" y1="${bottom}" y2="${bottom + 4}" />
          <text x="${tick.x}" y="${bottom + 18}" text-anchor="middle">${tick.text}</text>`,
    )}
    <line class="frame" x1="${left}" x2="${box.right}" y1="${bottom}" y2="${bottom}" />
    <text x="${round((left + box.right) / 2)}" y="${PICTURE.height - 6}" text-anchor="middle"
      >${x.title}</text
    >
    <text transform="translate(12 ${middle}) rotate(-90)" text-anchor="middle">${y.title}</text>
    ${
      right &&
      html`<text transform="translate(${PICTURE.width - 6} ${middle}) rotate(-90)" text-anchor="middle">
        ${right.title}
      </text>`
    }
  </g>`;
}

/** Point shapes and dashes tell series apart where colours do not. */
const SHAPES = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z',
  'M-4-4H4V4H-4Z',
  'M0-5.5L5.5 0L0 5.5L-5.5 0Z',
  'M0-5L5 4H-5Z',
];
const DASHES = ['none', '8 3', '2 3', '10 3 2 3', '5 5', '1 4'];

export const colourOf = (i: number): string => `c${(i % 6) + 1}`;
export const shapeOf = (i: number): string => SHAPES[i % SHAPES.length] ?? '';
export const dashOf = (i: number): string => DASHES[i % DASHES.length] ?? 'none';

export interface LegendEntry {
  readonly name: string;
  /** Drawn in a field of 28 × 12. */
  readonly sample: Html;
}

export interface Figure {
  readonly title: string;
  /** What the plot shows, for those who read it and those who do not see it. */
  readonly description?: string;
  readonly legend: readonly LegendEntry[];
  readonly picture: Html;
  /** The same as a table; none where there are too many values to read. */
  readonly values?: { readonly columns: readonly Column[]; readonly rows: readonly (readonly Piece[])[] };
}

export function figure({ title, description, legend, picture, values }: Figure): Html {
  return html`<figure>
    <p class="plot-title">${title}</p>
    ${
      legend.length > 0
        ? html`<ul class="legend">
            ${legend.map(
              ({ name, sample }) =>
                html`<li><svg viewBox="0 0 28 12" aria-hidden="true">${sample}</svg>${name}</li>`,
            )}
          </ul>`
        : undefined
    }
    <div class="scroll" tabindex="0" role="region" aria-label="${title}">
      <svg
        class="plot"
        viewBox="0 0 ${PICTURE.width} ${PICTURE.height}"
        role="img"
        aria-label="${description ?? title}"
      >
        ${picture}
      </svg>
    </div>
    ${description && html`<figcaption>${description}</figcaption>`}
    ${
      values &&
      html`<details>
        <summary>The values as a table</summary>
        ${table({ ...values, caption: title })}
      </details>`
    }
  </figure>`;
}

/** `1.98 (1.95 to 2.01)`, for a value with its range. */
export function withRange(
  show: (value: number) => string,
  value: number,
  low?: number,
  high?: number,
): string {
  return low === undefined || high === undefined
    ? show(value)
    : `${show(value)} (${show(low)} to ${show(high)})`;
}
