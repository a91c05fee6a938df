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
  widthOf,
  withRange,
  xOf,
  yOf,
  type Box,
} from './frame.js';

export interface BarPlot {
  readonly title: string;
  /** A sentence about the plot: its caption and alternative text. */
  readonly description?: string;
  /** The title of the groups' axis, such as `Threads`. */
  readonly groupLabel: string;
  readonly groups: readonly string[];
  /** Starts at 0. */
  readonly y: Axis;
  readonly series: readonly BarSeries[];
}

export interface BarSeries {
  readonly name: string;
  /** One bar for each group; undefined leaves a gap. */
  readonly bars: readonly (Bar | undefined)[];
}

export interface Bar {
  readonly value: number;
  /** The measured range, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
  /** Tooltip of the bar, instead of its values. */
  readonly title?: string;
}

export function barPlot({ title, description, groupLabel, groups, y: axis, series }: BarPlot): Html {
  const values = series.flatMap(({ bars }) =>
    bars.flatMap((bar) => (bar ? [bar.value, bar.high ?? bar.value] : [])),
  );
  const y = layOut({ min: 0, ...axis }, values, 5);
  const box = boxFor(y, undefined, 1);
  const groupWidth = (box.right - box.left) / Math.max(1, groups.length);
  const fitting = Math.floor((groupWidth - 4) / widthOf('x'));
  const ticks = groups.map((text, i) => ({
    x: xOf(box, (i + 0.5) / groups.length),
    text: text.length > fitting ? `${text.slice(0, Math.max(1, fitting - 1))}…` : text,
  }));
  const barWidth = Math.min(64, (groupWidth * 0.8) / Math.max(1, series.length));
  const shown = series.flatMap(({ bars }) => bars.flatMap((bar) => (bar ? [bar.value] : [])));
  const label = labelThatFits(y, shown, barWidth);

  const picture = html`${axes(box, { title: groupLabel, ticks }, y)}
  ${series.map(
    ({ name, bars }, s) =>
      html`<g class="${colourOf(s)}">
        ${bars.map((bar, g) => {
          if (!bar) return html``;
          const x = (ticks[g]?.x ?? PICTURE.width) + (s - series.length / 2) * barWidth;
          const range = withRange(y.show, bar.value, bar.low, bar.high);
          const tooltip = bar.title ?? `${series.length > 1 ? `${name}, ` : ''}${groups[g] ?? ''}: ${range}`;
          return drawBar(box, y, bar, { x, width: barWidth, tooltip, label });
        })}
      </g>`,
  )}`;
  return figure({
    title,
    description,
    legend:
      series.length > 1
        ? series.map(({ name }, s) => ({
            name,
            sample: html`<rect class="${colourOf(s)}" x="8" width="12" height="12" fill="currentColor" />`,
          }))
        : [],
    picture,
    values: {
      columns: [{ title: groupLabel }, ...series.map(({ name }) => ({ title: name, number: true }))],
      rows: groups.map((group, g) => [
        group,
        ...series.map(({ bars }) => {
          const bar = bars[g];
          return bar ? withRange(y.show, bar.value, bar.low, bar.high) : '–';
        }),
      ]),
    },
  });
}

const GAP_PX = 6;

/** Returns the label format with units if all labels fit, otherwise without units if those fit, otherwise undefined. */
function labelThatFits(y: Scale, values: readonly number[], roomPx: number) {
  return [y.show, y.showBare].find((show) =>
    values.every((value) => widthOf(show(value)) + GAP_PX <= roomPx),
  );
}

interface Look {
  readonly x: number;
  readonly width: number;
  readonly tooltip: string;
  /** Formats the text above the bar, if it fits. */
  readonly label: ((value: number) => string) | undefined;
}

function drawBar(box: Box, y: Scale, { value, low, high }: Bar, { x, width, tooltip, label }: Look): Html {
  const top = yOf(box, y.at(value));
  const middle = round(x + width / 2);
  const [least, most] = [low ?? value, high ?? value].map((end) => yOf(box, y.at(end))) as [number, number];
  const whisker = `M${middle - 4} ${most}H${middle + 4}M${middle} ${most}V${least}M${middle - 4} ${least}H${middle + 4}`;
  return html`<g>
    <title>${tooltip}</title>
    <rect
      x="${round(x + 1)}"
      y="${top}"
      width="${round(width - 2)}"
      height="${round(Math.max(0, box.bottom - top))}"
      fill="currentColor"
    />
    ${low === undefined ? undefined : html`<path class="range" d="${whisker}" />`}
    ${
      label
        ? html`<text class="value" x="${middle}" y="${Math.min(top, most) - 5}" text-anchor="middle">
            ${label(value)}
          </text>`
        : undefined
    }
  </g>`;
}
