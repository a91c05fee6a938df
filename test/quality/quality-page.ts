import { html, page, section, type Html } from '../../src/report/html.js';
import { decades, scatterPlot } from '../../src/report/plot/scatter.js';
import type { Row } from './index.js';
import type { SetName } from './validation-sets.js';

/** PSNR against speed for each set, as one self-contained page. */
export function qualityPage(machine: string, sets: readonly SetName[], rows: readonly Row[]): string {
  return page({
    title: 'Networks on pictures that none was trained on',
    subtitle: html`${machine}`,
    body: sets.map((set) => section(set, plotOf(set, rows))),
    footer: 'Made by npm run quality.',
  });
}

function plotOf(set: SetName, rows: readonly Row[]): Html {
  const points = rows.flatMap(({ name, verdicts }) => {
    const verdict = verdicts.find((one) => one.set === set);
    if (!verdict) return [];
    const sum = verdict.pictures.reduce((total, { psnrDb }) => total + psnrDb, 0);
    const y = Number((sum / verdict.pictures.length).toFixed(3));
    return [{ name, x: Number(verdict.mpxPerSecond.toPrecision(4)), y }];
  });
  if (points.length === 0) return html`<p>Nothing was judged.</p>`;
  const front = points
    .filter(
      (point) => !points.some(({ x, y }) => x >= point.x && y >= point.y && (x > point.x || y > point.y)),
    )
    .map(({ name }) => name);
  return scatterPlot({
    title: `PSNR against speed, ${set}`,
    description: 'Up is nearer to the originals, right is faster; speed is on a logarithmic axis.',
    x: { label: 'Speed', unit: 'input Mpx/s', scale: 'log2', ...decades(points.map(({ x }) => x)) },
    y: { label: 'PSNR Y', unit: 'dB' },
    points,
    front: { names: front, label: 'none is both nearer and faster than these' },
  });
}
