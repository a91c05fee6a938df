import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { facts, html, notes, page, section, table, trusted } from '../../src/report/html.js';
import { openInBrowser } from '../helpers/browser.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const HOSTILE = `<img src=x onerror="document.title='taken'">&'"`;

test('text is escaped, markup is not, and undefined is omitted', (t) => {
  const inner = html`<b>${'1 < 2'}</b>`;
  t.is(
    html`<i title="${'"a" & \'b\''}">${inner}${undefined}${3}${[inner, inner]}</i>`.markup,
    '<i title="&quot;a&quot; &amp; &#39;b&#39;"><b>1 &lt; 2</b>3<b>1 &lt; 2</b><b>1 &lt; 2</b></i>',
  );
});

test('control and bidirectional characters are replaced visibly', (t) => {
  t.is(html`${'a\u0000\u001b[31m\u202egnp.exe\n'}`.markup, 'a\ufffd\ufffd[31m\ufffdgnp.exe\n');
});

test('the policy of a page lets its own script run and nothing else', (t) => {
  const plain = page({ title: 'plain', body: [] });
  t.regex(plain, /default-src 'none'/);
  t.notRegex(plain, /script-src/);
  const scripted = page({ title: 'scripted', body: [], script: 'document.title = "</script>";' });
  t.regex(scripted, /script-src 'sha256-[A-Za-z0-9+/]{43}='/);
  t.is(scripted.split('</script>').length, 2);
});

const bad = { columns: [{ title: HOSTILE }], rows: [[HOSTILE]], caption: HOSTILE };
const everything = (script?: string) =>
  page({
    title: HOSTILE,
    subtitle: HOSTILE,
    body: [
      section(HOSTILE, facts([{ label: HOSTILE, value: HOSTILE, unit: HOSTILE, note: HOSTILE }])),
      notes([HOSTILE]),
      table(bad),
    ],
    footer: HOSTILE,
    script,
  });

test('a browser shows hostile names as text and runs the script without errors', async (t) => {
  const file = join(await temporaryDirectory(t), 'page.html');
  await writeFile(file, everything('document.body.dataset.ran = "</script>";'));
  const shown = await openInBrowser(t, file);
  if (!shown) return;
  t.is(await shown.evaluate('document.title'), HOSTILE);
  t.is(await shown.evaluate('document.body.dataset.ran'), '</script>');
  t.is(await shown.evaluate('document.querySelectorAll("img").length'), 0);
  t.is(await shown.evaluate('document.querySelector("td, tbody th").textContent'), HOSTILE);
  t.deepEqual(shown.complaints, []);
  t.deepEqual(shown.requests, []);
});

test('injected markup is neither run nor fetched by a browser', async (t) => {
  const file = join(await temporaryDirectory(t), 'page.html');
  const slipped = trusted('<script>document.title = "taken"</script><img src="http://127.0.0.1:9/x.png">');
  await writeFile(file, page({ title: 'mine', body: [slipped], script: '0;' }));
  const shown = await openInBrowser(t, file);
  if (!shown) return;
  t.is(await shown.evaluate('document.title'), 'mine');
  t.regex(shown.complaints.join('\n'), /violates the following Content Security Policy/);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`text stands out from its background: ${scheme}`, async (t) => {
    const file = join(await temporaryDirectory(t), 'page.html');
    await writeFile(file, everything());
    const shown = await openInBrowser(t, file);
    if (!shown) return;
    await shown.setScheme(scheme);
    const ratios = await shown.evaluate<Record<string, number>>(CONTRASTS);
    for (const [name, ratio] of Object.entries(ratios))
      t.true(ratio >= (name.startsWith('--s') ? 3 : 4.5), `${name}: ${ratio}`);
    t.is(Object.keys(ratios).length, 10);
    t.true((await shown.screenshot()).length > 1000);
  });
}

/** Contrast after WCAG 2.2 of each colour of the page on a card. */
const CONTRASTS = `(() => {
  const style = getComputedStyle(document.documentElement);
  const luminance = (name) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = style.getPropertyValue(name);
    const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map((v) => {
      const c = v / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    probe.remove();
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const card = luminance('--card');
  const names = ['--text', '--muted', '--accent', '--warn', '--s1', '--s2', '--s3', '--s4', '--s5', '--s6'];
  return Object.fromEntries(names.map((name) => {
    const [low, high] = [luminance(name), card].sort((a, b) => a - b);
    return [name, (high + 0.05) / (low + 0.05)];
  }));
})()`;
