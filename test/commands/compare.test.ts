import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openInBrowser } from '../helpers/browser.js';
import { srgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

/** Such a name is not possible on Windows. */
const HOSTILE = process.platform === 'win32' ? "b&amp;'.png" : `<b onclick="x">&amp;'.png`;

type Place = Record<'left' | 'right' | 'top' | 'width', number>;

async function makePage(t: ExecutionContext, channels: 3 | 4 = 3) {
  const cwd = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 60, heightPx: 40, channels, max: 255 });
  await savePng(cwd, 'a.png', pair.original, pair);
  await savePng(cwd, HOSTILE, pair.changed, pair);
  const ran = await srgan(['compare', 'a.png', HOSTILE, '--html', 'page.html', '--shave', '2'], { cwd });
  t.is(ran.stderr, '');
  t.is(ran.exitCode, 0);
  return { ...ran, cwd, file: join(cwd, 'page.html') };
}

test('prints what psnr prints, and writes one page that refers to nothing outside', async (t) => {
  const { cwd, file, stdout } = await makePage(t, 4);
  t.is(stdout, (await srgan(['psnr', 'a.png', HOSTILE, '--shave', '2'], { cwd })).stdout);
  t.deepEqual((await readdir(cwd)).sort(), ['a.png', 'page.html', HOSTILE].sort());
  const markup = await readFile(file, 'utf8');
  const addresses = [...markup.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
  t.is(addresses.length, 6);
  t.true(addresses.every((address) => address.startsWith('data:')));
  t.notRegex(markup, /url\(|@import/);
  t.false(markup.includes(HOSTILE));
});

test('never writes the page over an image', async (t) => {
  const cwd = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 20, heightPx: 20, channels: 3, max: 255 });
  const path = await savePng(cwd, 'a.png', pair.original, pair);
  const before = await readFile(path);
  const { exitCode, stderr } = await srgan(['compare', 'a.png', 'a.png', '--html', './a.png'], { cwd });
  t.is(exitCode, 1);
  t.regex(stderr, /would replace one of its input images/);
  t.deepEqual(await readFile(path), before);
});

test('the page works in a browser: wipe, blink, side by side, difference, zoom', async (t) => {
  const { file } = await makePage(t);
  const page = await openInBrowser(t, file);
  if (!page) return;
  t.is(await page.evaluate('document.title'), `a.png and ${HOSTILE}`);
  const seen = (name: string) =>
    page.evaluate<boolean>(
      `getComputedStyle(document.querySelector('.pane-${name}')).visibility === 'visible'`,
    );
  const choose = (name: string, value: string) =>
    page.evaluate(`(() => {
      const field = document.getElementById('controls').elements['${name}'];
      field.value = '${value}';
      document.querySelector('[name=${name}]').dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
  const panes = async () => [await seen('a'), await seen('b'), await seen('difference')];

  t.deepEqual(await panes(), [true, true, false]);
  t.regex(await page.evaluate<string>(`getComputedStyle(document.querySelector('.pane-b')).clipPath`), /50%/);
  await page.evaluate(`document.querySelector('[name=wipe]').focus()`);
  await page.press('ArrowLeft');
  t.regex(await page.evaluate<string>('location.hash'), /wipe=49\.5/);
  const [x, y] = await page.evaluate<[number, number]>(`(() => {
    const { left, top, width, height } = document.getElementById('handle').getBoundingClientRect();
    return [left + width / 2, top + height / 4];
  })()`);
  await page.drag([x, y], [x - 200, y]);
  t.true((await page.evaluate<number>(`Number(document.querySelector('[name=wipe]').value)`)) < 40);

  await page.evaluate(`location.hash = '#mode=blink'`);
  await page.evaluate('new Promise(requestAnimationFrame)');
  await page.evaluate(`document.getElementById('switch').click()`);
  const first = await panes();
  t.is(first.filter(Boolean).length, 1);
  await page.evaluate(`document.getElementById('switch').click()`);
  t.deepEqual(await panes(), [first[1], first[0], false]);

  await choose('zoom', '4');
  const size = `(() => { const { width, height } = document.querySelector('.pane-a img').getBoundingClientRect(); return [width, height]; })()`;
  t.deepEqual(await page.evaluate(size), [240, 160]);
  t.is(
    await page.evaluate(`getComputedStyle(document.querySelector('.pane-a img')).imageRendering`),
    'pixelated',
  );
  await choose('zoom', '32');
  await page.evaluate(`document.querySelector('.pane-b .pane').scrollTo(300, 200)`);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  t.deepEqual(
    await page.evaluate(
      `[document.querySelector('.pane-a .pane').scrollLeft, document.querySelector('.pane-a .pane').scrollTop]`,
    ),
    [300, 200],
  );
  t.deepEqual(page.complaints, []);
  t.deepEqual(page.requests, []);
});

test('a view can be opened by its address; nonsense in it changes nothing', async (t) => {
  const { file } = await makePage(t);
  const page = await openInBrowser(t, file, { hash: '#mode=side&zoom=2' });
  if (!page) return;
  const [a, b] = await page.evaluate<[Place, Place]>(
    `['a', 'b'].map((name) => document.querySelector('.pane-' + name).getBoundingClientRect().toJSON())`,
  );
  t.true(a.right < b.left && a.top === b.top && a.width === b.width);
  await page.evaluate(`location.hash = '#mode=%3Cb%3E&zoom=1e9&wipe=x&__proto__=1'`);
  await page.evaluate('new Promise(requestAnimationFrame)');
  t.is(await page.evaluate(`document.getElementById('viewer').dataset.mode`), 'side');
  t.deepEqual(page.complaints, []);
});

test('without scripts all three images are there, one below the other', async (t) => {
  const { file } = await makePage(t);
  const page = await openInBrowser(t, file, { script: false });
  if (!page) return;
  const tops = await page.evaluate<number[]>(
    `[...document.querySelectorAll('.stack figure')].map((figure) => figure.getBoundingClientRect().top)`,
  );
  t.is(tops.length, 3);
  t.true(tops[0]! < tops[1]! && tops[1]! < tops[2]!);
  t.is(await page.evaluate(`getComputedStyle(document.getElementById('controls')).display`), 'none');
});

test('the page fits a narrow screen, light and dark', async (t) => {
  const { file } = await makePage(t);
  const page = await openInBrowser(t, file, { widthPx: 390 });
  if (!page) return;
  for (const scheme of ['light', 'dark'] as const) {
    await page.setScheme(scheme);
    t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 390);
    t.true((await page.screenshot()).length > 10_000);
  }
});
