import { html, type Html } from '../html.js';
import {
  layOut,
  type Axis,
  type Scale,
  axes,
  boxFor,
  colourOf,
  dashOf,
  figure,
  LANE,
  PICTURE,
  round,
  shapeOf,
  widthOf,
  withRange,
  xOf,
  yOf,
  type Box,
} from './frame.js';

export interface LinePlot {
  readonly title: string;
  /** A sentence about the plot: its caption and alternative text. */
  readonly description?: string;
  readonly x: Axis;
  /** Starts at 0 unless `min` or a negative value requires otherwise. */
  readonly y: Axis;
  /** A second axis, for series with `axis: 'right'`. */
  readonly right?: Axis;
  readonly series: readonly Series[];
  /** Positions to mark by a dashed vertical line with a label above the plot. */
  readonly markers?: readonly { readonly x: number; readonly label: string }[];
  /** Ranges of the x axis to shade, with labels above them. */
  readonly stages?: readonly { readonly from: number; readonly to: number; readonly label: string }[];
}

export interface Series {
  readonly name: string;
  /** Ordered by x. */
  readonly points: readonly Point[];
  /** `ideal` is a dotted gray reference line. Default: line. */
  readonly look?: 'line' | 'area' | 'steps' | 'ideal';
  readonly axis?: 'left' | 'right';
}

export function linePlot(plot: LinePlot): Html {
  const { series, stages = [], markers = [] } = plot;
  const all = series.flatMap(({ points }) => points);
  const x = layOut(
    { min: least(all.map((p) => p.x)), max: most(all.map((p) => p.x)), ...plot.x },
    [...all.map((p) => p.x), ...(plot.x.ticks ?? [])],
    8,
  );
  const y = upright(plot.y, series.filter(onLeft));
  const right =
    plot.right &&
    upright(
      plot.right,
      series.filter((one) => !onLeft(one)),
    );
  const rough = boxFor(y, right, 0);
  const lanes = markerLanes(markers.map(({ x: at, label }) => ({ place: xOf(rough, x.at(at)), label })));
  const box = boxFor(y, right, (stages.length > 0 ? 1 : 0) + lanes.count);
  const scaleOf = (one: Series) => (onLeft(one) ? y : (right ?? y));
  const dense = series.some(({ points }) => points.length > MAX_DRAWN_POINTS);

  const picture = html`${stages.map((stage, i) => drawStage(box, x, stage, i))}
  ${axes(box, { title: x.title, ticks: x.ticks.map((tick) => ({ x: xOf(box, x.at(tick.value)), text: tick.text })) }, y, right)}
  ${series.map((one, i) => drawSeries(box, x, scaleOf(one), one, i))}
  ${markers.map(({ x: at, label }, i) => drawMarker(box, xOf(box, x.at(at)), label, lanes.of[i]))}
  ${dense ? hitColumns(plot, box, x, scaleOf) : undefined}`;

  return figure({
    title: plot.title,
    description: plot.description,
    legend: series.length > 1 ? series.map((one, i) => ({ name: one.name, sample: sampleOf(one, i) })) : [],
    picture,
    values: dense ? undefined : valuesOf(series, x, scaleOf),
  });
}

const onLeft = ({ axis }: Series) => axis !== 'right';
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), values[0] ?? 1);

function upright(axis: Axis, series: readonly Series[]): Scale {
  const values = series.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [y, low, high]));
  const begin = axis.scale === 'log2' || least(values) < 0 ? {} : { min: 0 };
  return layOut({ ...begin, ...axis }, values, 5);
}

function drawSeries(box: Box, x: Scale, y: Scale, { name, points, look = 'line' }: Series, i: number): Html {
  const seen = thinned(points, Math.round(box.right - box.left), (value) => x.at(value));
  const dense = points.length > MAX_DRAWN_POINTS;
  const place = (at: number, value: number) => [xOf(box, x.at(at)), yOf(box, y.at(value))] as const;
  const curve = seen.map((p) => place(p.x, p.y));
  const line = svgPath(curve, look === 'steps');
  if (look === 'ideal') return html`<path class="series ideal" d="${line}"><title>${name}</title></path>`;

  const ranged = seen.filter(({ low, high }) => low !== undefined && high !== undefined);
  const band = [
    ...ranged.map((p) => place(p.x, p.high ?? p.y)),
    ...ranged.toReversed().map((p) => place(p.x, p.low ?? p.y)),
  ];
  const [first, last] = [curve[0], curve.at(-1)];
  const area = look === 'area' && first && last ? `${line}V${box.bottom}H${first[0]}Z` : undefined;
  return html`<g class="${colourOf(i)}">
    ${ranged.length > 1 ? html`<path class="fill" d="${svgPath(band)}Z" />` : undefined}
    ${area && html`<path class="fill" d="${area}" />`}
    <path class="series" d="${line}" stroke-dasharray="${dense ? dashOf(i) : 'none'}" />
    ${
      dense
        ? undefined
        : points.map((p) => {
            const [px, py] = place(p.x, p.y);
            const title = p.title ?? `${name}, ${x.show(p.x)}: ${withRange(y.show, p.y, p.low, p.high)}`;
            return html`<path class="point" transform="translate(${px} ${py})" d="${shapeOf(i)}">
              <title>${title}</title>
            </path>`;
          })
    }
  </g>`;
}

function sampleOf({ points, look }: Series, i: number): Html {
  if (look === 'ideal') return html`<path class="ideal" d="M0 6H28" />`;
  const dash = points.length > MAX_DRAWN_POINTS ? dashOf(i) : 'none';
  return html`<g class="${colourOf(i)}" stroke="currentColor" stroke-width="2" fill="currentColor">
    <path d="M0 6H28" stroke-dasharray="${dash}" />
    ${points.length > MAX_DRAWN_POINTS ? undefined : html`<path transform="translate(14 6)" d="${shapeOf(i)}" stroke="none" />`}
  </g>`;
}

function drawStage(
  box: Box,
  x: Scale,
  { from, to, label }: { from: number; to: number; label: string },
  i: number,
) {
  const [start, end] = [from, to].map((value) => xOf(box, Math.min(1, Math.max(0, x.at(value))))) as [
    number,
    number,
  ];
  const middle = round((start + end) / 2);
  return html`<rect
      class="stage ${i % 2 === 1 ? 'even' : ''}"
      x="${start}"
      y="${box.top}"
      width="${round(end - start)}"
      height="${round(box.bottom - box.top)}"
    >
      <title>${label}</title>
    </rect>
    ${
      end - start > widthOf(label)
        ? html`<text class="axis" x="${middle}" y="${box.top - 5}" text-anchor="middle">${label}</text>`
        : undefined
    }`;
}

function drawMarker(box: Box, x: number, label: string, lane: number | undefined): Html {
  const top = lane === undefined ? box.top : 12 + lane * LANE;
  const end = x + widthOf(label) > box.right;
  return html`<g>
    <title>${label}</title>
    <line class="marker" x1="${x}" x2="${x}" y1="${top - 8}" y2="${box.bottom}" />
    ${
      lane === undefined
        ? undefined
        : html`<text x="${end ? x - 4 : x + 4}" y="${top}" text-anchor="${end ? 'end' : 'start'}"
            >${label}</text
          >`
    }
  </g>`;
}

const MAX_LANES = 3;

/** Assigns each label the first row where it overlaps no other one. A label that does not fit is only a tooltip. */
function markerLanes(markers: readonly { place: number; label: string }[]) {
  const taken: { from: number; to: number }[][] = [];
  const of = markers.map(({ place, label }) => {
    const reach = widthOf(label) + 8;
    const [from, to] = place + reach > PICTURE.width - 60 ? [place - reach, place] : [place, place + reach];
    for (let lane = 0; lane < MAX_LANES; lane++) {
      const row = (taken[lane] ??= []);
      if (row.some((other) => from < other.to && to > other.from)) continue;
      row.push({ from, to });
      return lane;
    }
    return undefined;
  });
  return { of, count: taken.length };
}

const HIT_COLUMNS = 90;

/** For dense curves, draws invisible columns whose tooltips show the values at the pointer. */
function hitColumns(plot: LinePlot, box: Box, x: Scale, scaleOf: (one: Series) => Scale): Html {
  const width = (box.right - box.left) / HIT_COLUMNS;
  const longest = plot.series.reduce((a, b) => (b.points.length > a.points.length ? b : a)).points;
  const columns = Array.from({ length: HIT_COLUMNS }, (_, i) => {
    const at = longest.find((point) => x.at(point.x) >= (i + 0.5) / HIT_COLUMNS)?.x;
    if (at === undefined) return html``;
    const stage = plot.stages?.find(({ from, to }) => at >= from && at < to);
    const values = plot.series.flatMap((one) => {
      const point = pointBefore(one.points, at);
      return point ? [`${one.name}: ${withRange(scaleOf(one).show, point.y, point.low, point.high)}`] : [];
    });
    const lines = [x.show(at), ...(stage ? [stage.label] : []), ...values].join('\n');
    return html`<rect
      class="hit"
      x="${round(box.left + i * width)}"
      y="${box.top}"
      width="${round(width)}"
      height="${round(box.bottom - box.top)}"
    >
      <title>${lines}</title>
    </rect>`;
  });
  return html`<g>${columns}</g>`;
}

function valuesOf(series: readonly Series[], x: Scale, scaleOf: (one: Series) => Scale) {
  const places = [...new Set(series.flatMap(({ points }) => points.map((p) => p.x)))].sort((a, b) => a - b);
  return {
    columns: [{ title: x.title }, ...series.map(({ name }) => ({ title: name, number: true }))],
    rows: places.map((at) => [
      x.show(at),
      ...series.map((one) => {
        const point = one.points.find((p) => p.x === at);
        return point ? withRange(scaleOf(one).show, point.y, point.low, point.high) : '–';
      }),
    ]),
  };
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The measured range, drawn as a band. */
  readonly low?: number;
  readonly high?: number;
  /** Tooltip of the point, instead of its values. */
  readonly title?: string;
}

/** Longer curves are drawn without separate points. */
export const MAX_DRAWN_POINTS = 60;

/**
 * Reduces a curve to what is visible in `columns` columns: the first, lowest, highest and last point of each.
 * @param share returns the position of a point along the axis, 0 to 1
 */
export function thinned(
  points: readonly Point[],
  columns: number,
  share: (x: number) => number,
): readonly Point[] {
  if (points.length <= columns * 2) return points;
  const kept: Point[] = [];
  for (let from = 0, to = 0; from < points.length; from = to) {
    const column = Math.floor(share(points[from]?.x ?? 0) * columns);
    while (to < points.length && Math.floor(share(points[to]?.x ?? 0) * columns) === column) to += 1;
    const group = points.slice(from, Math.max(to, from + 1));
    to = from + group.length;
    const least = group.reduce((a, b) => (b.y < a.y ? b : a));
    const greatest = group.reduce((a, b) => (b.y > a.y ? b : a));
    const chosen = new Set([group[0], least, greatest, group.at(-1)]);
    kept.push(...group.filter((point) => chosen.has(point)));
  }
  return kept;
}

/** Returns the last point at or before `x`. Points are ordered by x. */
export function pointBefore(points: readonly Point[], x: number): Point | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? Infinity) <= x) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}

/** Returns an SVG path through points; with `steps`, each value holds until the next. */
export function svgPath(places: readonly (readonly [number, number])[], steps = false): string {
  return places.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : steps ? `H${x}V${y}` : `L${x} ${y}`)).join('');
}
