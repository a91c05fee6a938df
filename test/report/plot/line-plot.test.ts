import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { page } from '../../../src/report/html.js';
import { barPlot } from '../../../src/report/plot/bars.js';
import { linePlot } from '../../../src/report/plot/line-plot.js';
import { openInBrowser } from '../../helpers/browser.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const count = (markup: string, part: RegExp) => markup.match(new RegExp(part, 'g'))?.length ?? 0;
const THREADS = [1, 2, 4];

const speedup = () =>
  linePlot({
    title: 'Speedup <against> threads',
    description: 'Dotted: every thread counts in full.',
    x: { label: 'Threads', ticks: THREADS },
    y: { label: 'Speedup', unit: '×' },
    stages: [{ from: 2, to: 4, label: 'more threads than cores' }],
    series: [
      { name: 'ideal', look: 'ideal', points: THREADS.map((x) => ({ x, y: x })) },
      {
        name: '10 "images"',
        points: THREADS.map((x) => ({ x, y: Math.min(x, 1.9), low: Math.min(x, 1.8), high: Math.min(x, 2) })),
      },
    ],
  });

const memory = (samples = 5000) =>
  linePlot({
    title: 'Memory',
    x: { label: 'Time', unit: 's' },
    y: { label: 'Memory', unit: 'bytes' },
    right: { label: 'Images in flight' },
    markers: [0, 1, 2, 3, 4].map((i) => ({ x: 20 + i / 10, label: `moment number ${i}` })),
    stages: [
      { from: 0, to: 20, label: 'start' },
      { from: 20, to: 50, label: 'steady' },
    ],
    series: [
      {
        name: 'RSS',
        look: 'area',
        points: Array.from({ length: samples }, (_, i) => ({
          x: (50 * i) / samples,
          y: (100 + (i % 40)) * 2 ** 20,
        })),
      },
      {
        name: 'in flight',
        look: 'steps',
        axis: 'right',
        points: Array.from({ length: samples }, (_, i) => ({ x: (50 * i) / samples, y: i % 7 })),
      },
    ],
  });

test('few points are drawn one by one, with tooltips and a table of the values', (t) => {
  const { markup } = speedup();
  t.is(count(markup, /class="point"/), 3);
  t.regex(markup, /10 &quot;images&quot;, 4: 1\.9 × \(1\.8 × to 2 ×\)/);
  t.regex(markup, /Speedup &lt;against&gt; threads/);
  t.is(count(markup, /class="series ideal"/), 1);
  t.is(count(markup, /class="fill"/), 1);
  t.is(count(markup, /<tr>/), 4);
  t.notRegex(markup, /NaN|undefined|Infinity/);
});

test('many points become a curve of bounded size with tooltips for each column', (t) => {
  const { markup } = memory();
  t.is(count(markup, /class="point"/), 0);
  t.is(count(markup, /class="hit"/), 90);
  t.regex(markup, /steady\nRSS: \d+ MiB\nin flight: \d/);
  t.is(count(markup, /<tr>/), 0);
  t.true(memory(50_000).markup.length < 2 * markup.length);
  t.notRegex(markup, /NaN|undefined|Infinity/);
});

test('overlapping labels of markers go to separate rows, and then to tooltips only', (t) => {
  const { markup } = memory();
  t.is(count(markup, /<title>moment number/), 5);
  const rows = [...markup.matchAll(/y="(\d+)"[^>]*>\s*moment number/g)].map(([, y]) => y);
  t.deepEqual(rows, ['12', '28', '44']);
});

test('a plot of nothing, of one point and of zeros is still a plot', (t) => {
  for (const points of [
    [],
    [{ x: 3, y: 5 }],
    [
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ],
  ]) {
    const { markup } = linePlot({
      title: 'x',
      x: { label: 'x' },
      y: { label: 'y' },
      series: [{ name: 's', look: 'area', points }],
    });
    t.notRegex(markup, /NaN|undefined|Infinity/);
  }
});

test('bars are grouped, with ranges, gaps and a table', (t) => {
  const { markup } = barPlot({
    title: 'Time',
    groupLabel: 'Threads',
    groups: [
      '1',
      '2',
      'a name that is much too long for the room under its bars to be written out in full, however small',
    ],
    y: { label: 'Time', unit: 's' },
    series: [
      { name: '10 images', bars: [{ value: 4, low: 3.9, high: 4.4 }, { value: 2 }, { value: 0 }] },
      { name: '<50>', bars: [{ value: 20 }, undefined, { value: 1, title: 'own words' }] },
    ],
  });
  t.is(count(markup, /fill="currentColor"/) - 2, 5);
  t.is(count(markup, /class="range"/), 1);
  t.regex(markup, /<title>10 images, 1: 4 s \(3\.9 s to 4\.4 s\)<\/title>/);
  t.regex(markup, /<title>own words<\/title>/);
  t.regex(markup, /a name that is.*…/);
  t.regex(markup, /&lt;50&gt;/);
  t.regex(markup, /–/);
  t.notRegex(markup, /NaN|undefined|Infinity/);
});

test('a browser draws everything inside the picture, without errors', async (t) => {
  const file = join(await temporaryDirectory(t), 'plots.html');
  const bars = barPlot({
    title: 'b',
    groupLabel: 'g',
    groups: ['1'],
    y: { label: 'y' },
    series: [{ name: 's', bars: [{ value: 4.2 }] }],
  });
  await writeFile(file, page({ title: 'Plots', body: [speedup(), memory(), bars] }));
  const shown = await openInBrowser(t, file);
  if (!shown) return;
  const outside = await shown.evaluate<
    string[]
  >(`[...document.querySelectorAll('svg.plot')].flatMap((svg) => {
    const all = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text, rect, .series')].filter((part) => {
      const { left, right, top, bottom } = part.getBoundingClientRect();
      return left < all.left - 1 || right > all.right + 1 || top < all.top - 1 || bottom > all.bottom + 1;
    }).map((part) => part.outerHTML);
  })`);
  t.deepEqual(outside, []);
  t.is(await shown.evaluate('document.querySelectorAll("svg.plot").length'), 3);
  t.deepEqual(shown.complaints, []);
});
