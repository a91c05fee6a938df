import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { openService, png, type OpenService } from './open-service.js';

const EXECUTABLE = [process.env['CHROME_PATH'], '/usr/bin/chromium'].find((path) => path && existsSync(path));
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PAGE = new URL('../../../src/apps/serve/page/', import.meta.url);

interface Open {
  readonly page: Page;
  readonly service: OpenService;
  /** Hosts that were asked for something, and complaints of the browser. */
  readonly hosts: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

async function open(
  t: ExecutionContext,
  {
    options = {},
    ...context
  }: Parameters<Awaited<ReturnType<typeof chromium.launch>>['newContext']>[0] & {
    options?: Parameters<typeof openService>[1];
  } = {},
): Promise<Open | undefined> {
  if (EXECUTABLE === undefined) {
    t.log('skipped: no Chromium in /usr/bin, and CHROME_PATH is not set');
    t.pass();
    return undefined;
  }
  const service = await openService(t, options);
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  t.teardown(() => browser.close());
  const page = await (await browser.newContext(context)).newPage();
  // a machine that is busy with other tests draws slowly
  page.setDefaultTimeout(120_000);
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) hosts.add(new URL(request.url()).host);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(service.url);
  return { page, service, hosts, complaints };
}

const upload = (page: Page, files: readonly { name: string; buffer: Buffer }[]) =>
  page
    .locator('input[type=file]:not([hidden])')
    .setInputFiles(files.map((file) => ({ mimeType: 'image/png', ...file })));

test('from files to results, each compared and downloaded, without another host', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, service, hosts, complaints } = opened;
  await page.getByRole('radio', { name: '3×' }).check();
  await page.getByLabel('Format').selectOption('webp');
  const image = await png({ widthPx: 40, heightPx: 30 });
  await upload(page, [
    { name: 'one.png', buffer: image },
    { name: '<img src=x onerror=alert(1)>.png', buffer: image },
    { name: 'broken.png', buffer: image.subarray(0, 90) },
  ]);
  await page.getByText('2 of 3 done, 1 failed').waitFor();
  t.regex((await page.locator('.problem').textContent()) ?? '', /broken\.png/);
  t.is(
    await page
      .locator('.card-facts')
      .first()
      .textContent()
      .then((text) => text?.split(' · ')[0]),
    '40 × 30 → 120 × 90',
  );

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download one_3x.webp' }).click();
  const download = await downloading;
  t.is(download.suggestedFilename(), 'one_3x.webp');
  const { width, format } = await sharp(await readFile(await download.path())).metadata();
  t.deepEqual({ width, format }, { width: 120, format: 'webp' });

  const zipping = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download all' }).click();
  t.is((await zipping).suggestedFilename(), 'upscaled.zip');

  await page.reload();
  await page.getByText('2 of 3 done, 1 failed').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Drop pictures here').waitFor();
  t.is(await page.locator('.card').count(), 0);
  t.deepEqual([...hosts], [new URL(service.url).host]);
  t.deepEqual(complaints, []);
});

test('the viewer shows pixels as they are, and works by keyboard', async (t) => {
  const opened = await open(t, { viewport: { width: 1000, height: 700 }, deviceScaleFactor: 1 });
  if (!opened) return;
  const { page, complaints } = opened;
  const image = await png({ widthPx: 300, heightPx: 200 });
  await upload(page, [{ name: 'a.png', buffer: image }]);
  await page.getByRole('button', { name: 'Compare a.png' }).click();
  const after = page.getByAltText('After');
  await page.keyboard.press('1');
  await page.getByText('100 %').waitFor();
  // all of it after, so that what is seen is the result alone
  await page.getByRole('slider').fill('0');
  const box = (await after.boundingBox())!;
  t.deepEqual([box.width, box.height], [600, 400]);
  t.true(Number.isInteger(box.x) && Number.isInteger(box.y));
  const seen = await sharp(
    await page.screenshot({ clip: { x: box.x + 20, y: box.y + 20, width: 200, height: 100 } }),
  )
    .removeAlpha()
    .raw()
    .toBuffer();
  const url = await after.getAttribute('src');
  const result = await (await fetch(new URL(url!, page.url()))).arrayBuffer();
  const made = await sharp(result)
    .extract({ left: 20, top: 20, width: 200, height: 100 })
    .removeAlpha()
    .raw()
    .toBuffer();
  t.deepEqual(seen, made, 'one pixel of the result is one of the screen');

  await page.locator('.frame').focus();
  await page.keyboard.press('+');
  await page.getByText('200 %').waitFor();
  const before = (await after.boundingBox())!;
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(`document.querySelector('.frame img').getBoundingClientRect().x < ${before.x}`);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.deepEqual(complaints, []);
});

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test(`nothing in the way of anybody, as far as axe sees: ${colorScheme}, ${width} pixels wide`, async (t) => {
      // axe is put into the page, which its policy would refuse
      const opened = await open(t, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      if (!opened) return;
      const { page } = opened;
      await page.getByText('Drop pictures here').waitFor();
      await page.addScriptTag({ path: AXE });
      t.deepEqual(await violations(page), [], 'empty');
      await upload(page, [
        { name: 'a.png', buffer: await png() },
        { name: 'b.png', buffer: Buffer.from('nothing') },
      ]);
      await page.getByText('1 of 2 done, 1 failed').waitFor();
      t.deepEqual(await violations(page), [], 'with results');
      t.true(
        await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
        'nothing is wider than the window',
      );
      await page.getByRole('button', { name: 'Compare a.png' }).click();
      await page.getByAltText('After').waitFor();
      t.deepEqual(await violations(page), [], 'the viewer');
    });
  }
}

async function violations(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string }[] }> };
    };
    return (await axe.run()).violations.map(({ id, help }) => `${id}: ${help}`);
  });
}

test('a token is asked for, and a wrong one is told', async (t) => {
  const token = 'a'.repeat(24);
  const opened = await open(t, { options: { tokens: [{ name: 'a', token }] } });
  if (!opened) return;
  const { page } = opened;
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('does not know this token').waitFor();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Continue' }).click();
  await upload(page, [{ name: 'a.png', buffer: await png() }]);
  await page.getByText('1 of 1 done').waitFor();
  await page.waitForFunction(`document.querySelector('.thumbnail img').naturalWidth === 96`);
  t.pass();
});

test('all of the page is under 60 KB, and its sources are not served', async (t) => {
  const files = ['index.html', 'main.js', 'style.css', 'icon.svg'];
  const bytes = files.map((name) => gzipSync(readFileSync(new URL(name, PAGE))).length);
  const sum = bytes.reduce((a, b) => a + b);
  t.log(`${sum} bytes gzipped`);
  t.true(sum < 60_000);
  const { url } = await openService(t);
  t.is((await fetch(`${url}/`)).status, 200);
  t.regex((await fetch(`${url}/`)).headers.get('content-security-policy') ?? '', /script-src 'self'/);
  for (const path of [
    '/../serve.js',
    '/%2e%2e/serve.js',
    '/..%2fserve.js',
    '/main.tsx',
    '/..%5cserve.js',
    '//etc/passwd',
  ]) {
    t.not((await fetch(url + path)).status, 200, path);
  }
});
