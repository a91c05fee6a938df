import { html, type Html } from '../html.js';
import {
  layOut,
  type Axis,
  type Scale,
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

/** A plot of independent points with their names beside them. */
export interface ScatterPlot {
  readonly title: string;
  /** A sentence about the plot: its caption and alternative text. */
  readonly description?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly ScatterPoint[];
  /** The points that a dotted line connects from left to right, and its legend. */
  readonly front?: { readonly names: readonly string[]; readonly label: string };
}

export interface ScatterPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** The measured range of x, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

const MAX_NAME_CHARACTERS = 28;

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
  name.length > MAX_NAME_CHARACTERS ? `${name.slice(0, MAX_NAME_CHARACTERS - 1)}…` : name;

/** Returns a range and ticks at 1, 2 and 5 times powers of ten, for values that span orders of magnitude. */
export function decades(values: readonly number[]): { min: number; max: number; ticks: number[] } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)); power++)
    for (const step of [1, 2, 5]) steps.push(Number((step * 10 ** power).toPrecision(1)));
  const min = steps.findLast((step) => step <= least) ?? least;
  const max = steps.find((step) => step > most) ?? most;
  return { min, max, ticks: steps.filter((step) => step >= min && step <= max) };
}

/** A rectangle in the picture's units. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
}

/** The position of a label: the left end of its area and its baseline. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  /** The alignment of a text that is narrower than its area. */
  readonly anchor: 'start' | 'middle' | 'end';
  /** Whether it is so far away that a line must connect it to its point. */
  readonly far: boolean;
}

const LABEL_HEIGHT = 14;
/** Height of the text above its baseline. */
const RISE = 11;
const POINT = 7;
const RINGS = 12;

/**
 * Places each label so that it overlaps no other label and no point and stays within the picture: beside, above or
 * below its point, otherwise at the nearest free position farther away. Returns undefined for labels that do not fit.
 */
export function labelPlaces(points: readonly LabelledPoint[], within: Area): (LabelPlace | undefined)[] {
  const taken: Area[] = points.map(({ x, y }) => ({
    left: x - POINT,
    right: x + POINT,
    top: y - POINT,
    bottom: y + POINT,
  }));
  return points.map((point) => {
    for (const place of candidatePlaces(point)) {
      const area = labelArea(place, point.widthPx);
      if (!isInside(area, within) || taken.some((other) => overlap(area, other))) continue;
      taken.push(area);
      return place;
    }
    return undefined;
  });
}

function* candidatePlaces({ x, y, widthPx }: LabelledPoint): Generator<LabelPlace> {
  const middle = y + RISE / 2 - 1;
  for (let ring = 0; ring < RINGS; ring++) {
    const far = ring > 0;
    const away = POINT + 3 + ring * LABEL_HEIGHT;
    const lift = ring * LABEL_HEIGHT;
    for (const aside of far ? [POINT + 3, away] : [away]) {
      for (const dy of far ? [0, -lift, lift] : [0]) {
        yield { x: x + aside, y: middle + dy, anchor: 'start', far };
        yield { x: x - aside - widthPx, y: middle + dy, anchor: 'end', far };
      }
    }
    yield { x: x - widthPx / 2, y: y - away, anchor: 'middle', far };
    yield { x: x - widthPx / 2, y: y + away + RISE - 2, anchor: 'middle', far };
  }
}

const labelArea = ({ x, y }: { x: number; y: number }, widthPx: number): Area => ({
  left: x,
  right: x + widthPx,
  top: y - RISE,
  bottom: y - RISE + LABEL_HEIGHT,
});

const overlap = (a: Area, b: Area) =>
  a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

const isInside = (a: Area, within: Area) =>
  a.left >= within.left && a.right <= within.right && a.top >= within.top && a.bottom <= within.bottom;
