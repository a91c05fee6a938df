import { html, table, type Column, type Html, type Piece } from '../html.js';

/** The plot area within the picture, in the picture's units. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const PICTURE = { width: 960, height: 330 } as const;

const CHARACTER = 7.2;
export const LANE = 16;

/** @param lanes rows of labels above the plot area */
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

/** Draws the grid, ticks and titles, below the curves. */
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

/** Shapes and dashes distinguish the series without colours. */
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
  /** Drawn in an area of 28 × 12 units. */
  readonly sample: Html;
}

export interface Figure {
  readonly title: string;
  /** The caption and alternative text. */
  readonly description?: string;
  readonly legend: readonly LegendEntry[];
  readonly picture: Html;
  /** The values as a table, unless there are too many to read. */
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
        <summary>Values as a table</summary>
        ${table({ ...values, caption: title })}
      </details>`
    }
  </figure>`;
}

/** Formats a value with its range, as in `1.98 (1.95 to 2.01)`. */
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

/** The definition of an axis. */
export interface Axis {
  readonly label: string;
  /** `bytes` is shown as KiB, MiB or GiB; any other unit follows the label unchanged. */
  readonly unit?: string;
  /** The range of the axis, if it should not follow from the values. */
  readonly min?: number;
  readonly max?: number;
  /** The values to mark, such as the measured thread counts. */
  readonly ticks?: readonly number[];
  /** Use `log2` for counts that double. Linear by default. */
  readonly scale?: 'linear' | 'log2';
}

/** The layout of an axis: maps values to positions. */
export interface Scale {
  readonly title: string;
  readonly ticks: readonly Tick[];
  /** Returns the position along the axis, 0 to 1. */
  readonly at: (value: number) => number;
  /** Formats a value with its unit. */
  readonly show: (value: number) => string;
  /** Formats a value in the unit of the title, without the unit. */
  readonly showBare: (value: number) => string;
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/**
 * Lays out an axis.
 * @param values all values that the axis must cover
 * @param places the approximate number of ticks
 */
export function layOut(axis: Axis, values: readonly number[], places: number): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = axis.min ?? minOf(finite);
  const high = Math.max(axis.max ?? maxOf(finite), low);
  const { name, size } = unitOf(axis.unit, Math.max(Math.abs(low), Math.abs(high)));
  const title = name ? `${axis.label} (${name})` : axis.label;
  const showBare = (value: number) => significant(value / size);
  const show = (value: number) => `${showBare(value)}${name ? ` ${name}` : ''}`;
  const marked = axis.ticks?.map((value) => ({ value, text: showBare(value) }));

  if (axis.scale === 'log2') {
    const from = Math.log2(Math.max(low, Number.MIN_VALUE));
    const span = Math.log2(Math.max(high, low * 2)) - from;
    const powers = Array.from({ length: Math.floor(span + 1e-9) + 1 }, (_, i) => 2 ** (Math.ceil(from) + i));
    return {
      title,
      show,
      showBare,
      ticks: marked ?? powers.map((value) => ({ value, text: showBare(value) })),
      at: (value) => (Math.log2(value) - from) / span,
    };
  }
  const step = niceStep((high - low || Math.abs(high) || 1) / size / places) * size;
  const start = axis.min ?? Math.floor(low / step + 1e-9) * step;
  const end = axis.max ?? Math.max(Math.ceil(high / step - 1e-9) * step, start + step);
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  const first = Math.ceil(start / step - 1e-9);
  const count = Math.floor(end / step + 1e-9) - first + 1;
  const even = Array.from({ length: count }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: (value / size).toFixed(digits) };
  });
  return {
    title,
    show,
    showBare,
    ticks: marked ?? even,
    at: (value) => (value - start) / (end - start || 1),
  };
}

/** Returns 1, 2 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function unitOf(unit: string | undefined, largest: number): { name: string; size: number } {
  if (unit !== 'bytes') return { name: unit ?? '', size: 1 };
  const power = largest < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(largest) / 10));
  return { name: BYTE_UNITS[power] ?? 'bytes', size: 1024 ** power };
}

/** Rounds to four significant digits, without trailing zeros. */
function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

// Math.min with a long curve as arguments would overflow the stack
const minOf = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
const maxOf = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, value), values[0] ?? 1);
