import { html, type Html } from '../html.js';
import { layOut, type Axis, type Scale } from './axis.js';
import { labelPlaces, type LabelPlace } from './label-places.js';
import {
  axes,
  boxFor,
  colourOf,
  figure,
  PICTURE,
  round,
  shapeOf,
  widthOf,
  withRange,
  xOf,
  yOf,
  type Box,
} from './frame.js';

/** Named points, none of which belongs to another: each has its name beside it. */
export interface ScatterPlot {
  readonly title: string;
  /** What it shows, in a sentence: caption, and text for those who do not see the picture. */
  readonly description?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly ScatterPoint[];
  /** Names of points that a dotted line joins, from left to right, and what it means. */
  readonly front?: { readonly names: readonly string[]; readonly label: string };
}

export interface ScatterPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** The range of x that was measured, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

const LONGEST_NAME = 28;

export function scatterPlot({ title, description, x: across, y: upright, points, front }: ScatterPlot): Html {
  const x = layOut(
    across,
    points.flatMap((p) => [p.x, p.low ?? p.x, p.high ?? p.x]),
    8,
  );
  const y = layOut(
    upright,
    points.map((p) => p.y),
    5,
  );
  const box = boxFor(y, undefined, 0);
  const placed = points.map((point) => ({
    ...point,
    text: shortened(point.name),
    left: xOf(box, x.at(point.x)),
    top: yOf(box, y.at(point.y)),
  }));
  const places = labelPlaces(
    placed.map(({ left, top, text }) => ({ x: left, y: top, widthPx: widthOf(text) })),
    { ...box, right: PICTURE.width, top: 0 },
  );
  const line = placed
    .filter(({ name }) => front?.names.includes(name))
    .sort((a, b) => a.left - b.left)
    .map(({ left, top }, i) => `${i === 0 ? 'M' : 'L'}${left} ${top}`)
    .join('');

  return figure({
    title,
    description,
    legend:
      front && line.includes('L')
        ? [{ name: front.label, sample: html`<path class="ideal" d="M0 6H28" />` }]
        : [],
    picture: html`${axes(box, { title: x.title, ticks: x.ticks.map((tick) => ({ x: xOf(box, x.at(tick.value)), text: tick.text })) }, y)}
    ${line.includes('L') ? html`<path class="series ideal" d="${line}" />` : undefined}
    ${placed.map((point, i) => drawPoint(box, x, y, point, i))}
    ${placed.map((point, i) => drawLabel(point, places[i]))}`,
    values: {
      columns: [{ title: 'Name' }, { title: x.title, number: true }, { title: y.title, number: true }],
      rows: points.map((p) => [p.name, withRange(x.showBare, p.x, p.low, p.high), y.showBare(p.y)]),
    },
  });
}

interface Placed extends ScatterPoint {
  readonly text: string;
  readonly left: number;
  readonly top: number;
}

function drawPoint(box: Box, x: Scale, y: Scale, { name, left, top, low, high, ...p }: Placed, i: number) {
  const ranged = low !== undefined && high !== undefined;
  const [from, to] = [low ?? p.x, high ?? p.x].map((end) => xOf(box, x.at(end)));
  return html`<g class="${colourOf(i)}">
    ${ranged ? html`<path class="range" d="M${from ?? left} ${top}H${to ?? left}" />` : undefined}
    <path class="point" transform="translate(${left} ${top})" d="${shapeOf(i)}">
      <title>${name}: ${withRange(x.show, p.x, low, high)}, ${y.show(p.y)}</title>
    </path>
  </g>`;
}

function drawLabel({ name, text, left, top }: Placed, place: LabelPlace | undefined): Html {
  if (!place) return html``;
  const { x, y, anchor, far } = place;
  const width = widthOf(text);
  const at = { start: x, middle: x + width / 2, end: x + width }[anchor];
  const lead = `M${left} ${top}L${round(Math.min(Math.max(left, x), x + width))} ${round(y - 4)}`;
  return html`${far ? html`<path class="frame" d="${lead}" />` : undefined}<text
      class="label"
      x="${round(at)}"
      y="${round(y)}"
      text-anchor="${anchor}"
      ><title>${name}</title>${text}</text
    >`;
}

const shortened = (name: string) =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;

/** 1, 2 and 5 times powers of ten, for an axis on which the values differ by much: two of them at least. */
export function decades(values: readonly number[]): { min: number; max: number; ticks: number[] } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)); power++)
    for (const step of [1, 2, 5]) steps.push(Number((step * 10 ** power).toPrecision(1)));
  const min = steps.findLast((step) => step <= least) ?? least;
  const max = steps.find((step) => step > most) ?? most;
  return { min, max, ticks: steps.filter((step) => step >= min && step <= max) };
}
