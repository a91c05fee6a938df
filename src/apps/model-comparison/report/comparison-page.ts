import type { ContenderFigures } from '../contender-figures.js';
import type { ModelComparison } from '../model-comparison.js';
import { facts, html, notes, page, section, table, type Fact, type Html } from '../../../report/html.js';
import { machineText } from '../../../report/measured-machine.js';
import { decades, scatterPlot } from '../../../report/plot/scatter.js';
import { CROP_STYLE, cropsSection } from './crop-rows.js';
import { cellsOf, HEADINGS } from './comparison-table.js';
import { decibels, lostLines, methodLines, mpx, remarksOn, workText } from './comparison-words.js';

/** A comparison of networks as one self-contained page. */
export async function modelComparisonPage(
  comparison: ModelComparison,
  figures: readonly ContenderFigures[],
): Promise<string> {
  const { machine, startedAt, settings, failures, crops } = comparison;
  return page({
    title: 'Comparison of networks',
    subtitle: html`${workText(comparison)}<br />${machineText(machine)}`,
    body: [
      section(
        'Result',
        facts(headlines(figures)),
        notes([
          ...remarksOn(comparison, figures),
          ...lostLines(comparison),
          ...failures.map(({ message }) => message),
        ]),
      ),
      section('Quality against speed', qualityPlot(figures)),
      section(
        'All networks',
        table({
          columns: HEADINGS.map((heading, i) => ({ ...heading, number: i > 0 })),
          rows: figures.map((one) => cellsOf(one, settings.repeat)),
        }),
        html`<details>
          <summary>How it was measured</summary>
          <ul>
            ${methodLines(comparison).map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
        </details>`,
        imagesTable(comparison, figures),
      ),
      ...(crops.length > 0 ? [await cropsSection(comparison, figures)] : []),
    ],
    footer: `Made by srgan models compare, ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    style: CROP_STYLE,
  });
}

function headlines(figures: readonly ContenderFigures[]): Fact[] {
  const networks = figures.filter(({ baseline }) => !baseline);
  const baseline = figures.find((one) => one.baseline);
  const best = most(networks, ({ psnrDb }) => psnrDb?.rgb ?? -1);
  const fastest = most(networks, ({ mpxPerSecond }) => mpxPerSecond.median);
  const lightest = most(networks, ({ peakRssBytes }) => -peakRssBytes);
  if (!best || !fastest || !lightest) return [];
  const [gain, from] = [best.psnrDb?.rgb, baseline?.psnrDb?.rgb];
  const [memory, unit] = cellsOf(lightest, 1).at(-1)?.split(' ') ?? [];
  return [
    {
      label: 'nearest to the originals',
      value: decibels(gain),
      unit: 'dB',
      note:
        gain !== undefined && from !== undefined && baseline
          ? `${best.name}, ${signed(gain - from)} dB to ${baseline.name}`
          : best.name,
    },
    { label: 'fastest', value: mpx(fastest.mpxPerSecond.median), unit: 'Mpx/s', note: fastest.name },
    { label: 'least memory', value: memory ?? '', ...(unit && { unit }), note: lightest.name },
  ];
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

function most(
  figures: readonly ContenderFigures[],
  worth: (one: ContenderFigures) => number,
): ContenderFigures | undefined {
  return figures.toSorted((a, b) => worth(b) - worth(a))[0];
}

function qualityPlot(figures: readonly ContenderFigures[]): Html {
  const seen = figures.flatMap(({ name, psnrDb, mpxPerSecond: { min, median, max } }) =>
    psnrDb
      ? [
          {
            name,
            x: shown(median),
            y: shown(psnrDb.rgb),
            ...(max > min && { low: shown(min), high: shown(max) }),
          },
        ]
      : [],
  );
  if (seen.length === 0) return html`<p>There is no PSNR to show.</p>`;
  const across = decades(seen.flatMap(({ x, low = x, high = x }) => [x, low, high]));
  return scatterPlot({
    title: 'PSNR against speed',
    description:
      'Up is nearer to the originals, right is faster; speed is on a logarithmic axis. The baseline is lanczos3, without a network.',
    x: { label: 'Speed, small images', unit: 'Mpx/s', scale: 'log2', ...across },
    y: { label: 'PSNR RGB', unit: 'dB' },
    points: seen,
    front: { names: frontOf(seen), label: 'none is both nearer and faster than these' },
  });
}

const shown = (value: number) => Number(value.toPrecision(4));

/** Those that no other beats in both. */
function frontOf(points: readonly { name: string; x: number; y: number }[]): string[] {
  return points
    .filter(
      ({ x, y }) => !points.some((other) => other.x >= x && other.y >= y && (other.x > x || other.y > y)),
    )
    .map(({ name }) => name);
}

function imagesTable({ images }: ModelComparison, figures: readonly ContenderFigures[]): Html {
  return html`<details>
    <summary>PSNR RGB of each image</summary>
    ${table({
      columns: [
        { title: 'Image' },
        ...figures.map(({ name }) => ({ title: name, unit: 'dB', number: true })),
      ],
      rows: images.map(({ path }, i) => [
        path,
        ...figures.map(({ comparisons }) => decibels(comparisons[i]?.psnrDb.rgb)),
      ]),
    })}
  </details>`;
}
