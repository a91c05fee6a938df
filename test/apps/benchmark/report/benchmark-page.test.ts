import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { benchmarkPage } from '../../../../src/apps/benchmark/report/benchmark-page.js';
import { benchmarkOf, type Stated } from '../../../helpers/benchmark.js';
import { openInBrowser } from '../../../helpers/browser.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';

const SIZES: Record<string, Stated> = {
  'the default': { batchSizes: [10, 50, 100], threadCounts: [1, 2, 4, 8], repeat: 3 },
  'one of each': { batchSizes: [1], threadCounts: [1], repeat: 1 },
  'many of each': {
    batchSizes: [1, 2, 3, 5, 10, 10_000],
    threadCounts: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
    usableCores: 5,
    timeMs: ({ images, threads, round }) => (images * 1e6 * (1 + round / 9)) / Math.min(threads, 5),
  },
  'wrong results': { differing: () => ['<b>.png'], loadAverage: 9 },
};

for (const [name, stated] of Object.entries(SIZES)) {
  test(`a browser shows it light and dark, wide and narrow, without complaint: ${name}`, async (t) => {
    const markup = benchmarkPage(benchmarkOf(stated));
    t.notRegex(markup, /NaN|undefined|Infinity/);
    t.false(markup.includes('<b>.png'));
    const file = join(await temporaryDirectory(t), 'page.html');
    await writeFile(file, markup);
    for (const widthPx of [1200, 390]) {
      const page = await openInBrowser(t, file, { widthPx });
      if (!page) return;
      t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= widthPx);
      t.deepEqual(await page.evaluate(OVERLAPS), []);
      for (const scheme of ['light', 'dark'] as const) {
        await page.setScheme(scheme);
        const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        t.is(/^rgb\((\d+)/.exec(background)![1]! > '200', scheme === 'light');
        t.true((await page.screenshot()).length > 10_000);
      }
      t.is(await page.evaluate('document.querySelectorAll("svg.plot").length'), 4);
      t.deepEqual(page.complaints, []);
      t.deepEqual(page.requests, []);
    }
  });
}

test('speedup has its ideal, which ends at the cores, and the area beyond is marked', (t) => {
  const markup = benchmarkPage(benchmarkOf({ threadCounts: [1, 4], usableCores: 2 }));
  t.regex(markup, /class="series ideal" d="M[\d.]+ [\d.]+L[\d.]+ ([\d.]+)L[\d.]+ \1"/);
  t.regex(markup, /more threads than cores/);
  t.notRegex(benchmarkPage(benchmarkOf({ threadCounts: [1, 2], usableCores: 2 })), /more threads than cores/);
});

/** Labels of one plot that lie on each other, or leave it. */
const OVERLAPS = `[...document.querySelectorAll('svg.plot')].flatMap((svg) => {
  const all = svg.getBoundingClientRect();
  const labels = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent.trim(), box: text.getBoundingClientRect() }));
  return labels.flatMap(({ text, box }, i) => [
    ...(box.left < all.left - 1 || box.right > all.right + 1 || box.top < all.top - 1 || box.bottom > all.bottom + 1 ? [text + ' leaves'] : []),
    ...labels.slice(i + 1).filter(({ box: other }) =>
      box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 3 && other.top < box.bottom - 3,
    ).map((other) => text + ' on ' + other.text),
  ]);
})`;
