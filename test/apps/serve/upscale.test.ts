import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { pipe } from '../../../src/flow/pipe.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { failureOf, openService, png, type Failure } from './open-service.js';

test('the answer to an image is byte for byte what pipe makes of it', async (t) => {
  const { url, data } = await openService(t);
  const directory = await temporaryDirectory(t);
  const source = path.join(directory, 'a.png');
  await writeFile(source, await png({ widthPx: 61, heightPx: 33, channels: 4 }));
  await mkdir(path.join(directory, 'out'));
  await pipe({ inputs: [source], out: path.join(directory, 'out'), scale: 3, format: 'webp', threads: 1 });

  const response = await fetch(`${url}/v1/upscale?scale=3&format=webp`, {
    method: 'POST',
    body: await readFile(source),
  });
  t.is(response.status, 200);
  t.is(response.headers.get('content-type'), 'image/webp');
  t.deepEqual(
    Buffer.from(await response.arrayBuffer()),
    await readFile(path.join(directory, 'out', 'a.webp')),
  );
  await until(async () => (await readdir(path.join(data, 'requests'))).length === 0);
});

test('a form has the file and its options; the name of the file is that of the result', async (t) => {
  const { url } = await openService(t);
  const form = new FormData();
  form.set('width', '100');
  form.set('file', new Blob([await png()]), '../../etc/Bild "ä".png');
  form.set('format', 'jpeg');
  const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body: form });
  t.is(response.status, 200);
  const { width, height, format } = await sharp(await response.arrayBuffer()).metadata();
  t.deepEqual({ width, height, format }, { width: 100, height: 75, format: 'jpeg' });
  const disposition = response.headers.get('content-disposition') ?? '';
  t.regex(disposition, /^attachment; filename="Bild/);
  t.notRegex(disposition, /etc/);
});

const REFUSED: [title: string, query: string, status: number, code: string][] = [
  ['an option that there is not', 'out=/etc', 400, 'E_USAGE'],
  ['a value out of range', 'scale=-1', 400, 'E_USAGE'],
  ['a value of another kind', 'tta=perhaps', 400, 'E_USAGE'],
  ['options that exclude each other', 'scale=2&width=100', 400, 'E_USAGE'],
  ['a path in place of a network', 'model=../../etc/passwd', 400, 'E_MODEL'],
  ['a result over the limit', 'scale=1000', 413, 'E_TOO_LARGE'],
];
for (const [title, query, status, code] of REFUSED) {
  test(`refused: ${title}`, async (t) => {
    const { url } = await openService(t, { image: { maxOutputPixels: 1_000_000 } });
    const response = await fetch(`${url}/v1/upscale?${query}`, { method: 'POST', body: await png() });
    t.is(response.status, status);
    t.is(await failureOf(response), code);
  });
}

test('what is no image, or a damaged one, is told in words without a path of the server', async (t) => {
  const { url, data } = await openService(t, { image: { maxPixels: 5000, maxInputBytes: 20_000 } });
  const whole = await png();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
  const bodies: [body: string | Buffer, status: number, code: string][] = [
    ['no image', 415, 'E_UNSUPPORTED'],
    [svg, 415, 'E_UNSUPPORTED'],
    ['', 422, 'E_EMPTY'],
    [whole.subarray(0, -40), 422, 'E_TRUNCATED'],
    [Buffer.alloc(20_001), 413, 'E_TOO_LARGE'],
    [await png({ widthPx: 101, heightPx: 50 }), 413, 'E_TOO_LARGE'],
  ];
  for (const [body, status, code] of bodies) {
    const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body });
    const text = await response.text();
    const { error } = JSON.parse(text) as Failure;
    t.deepEqual([response.status, error.code], [status, code], text);
    t.false(text.includes(data));
    t.notRegex(error.hint ?? '', /--/);
  }
  t.deepEqual(await readdir(path.join(data, 'requests')), []);
});

test('a client that goes away leaves nothing behind, and frees its place', async (t) => {
  const { url, data } = await openService(t);
  const body = await png({ widthPx: 900, heightPx: 900 });
  const gone = request(`${url}/v1/upscale?tta=true`, { method: 'POST' });
  gone.on('error', () => undefined);
  gone.end(body);
  await until(async () => (await health(url)).active === 1);
  gone.destroy();
  await until(async () => (await health(url)).active === 0);
  await until(async () => (await readdir(path.join(data, 'requests'))).length === 0);
  t.pass();
});

test('a full queue answers 429 and when to come again', async (t) => {
  const { url } = await openService(t, { maxQueue: 0 });
  const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body: await png() });
  t.is(response.status, 429);
  t.regex(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  t.is(await failureOf(response), 'E_BUSY');
});

test('a full disk quota answers 507, and is empty again afterwards', async (t) => {
  const { url } = await openService(t, { maxDisk: 10_000 });
  const body = await png({ widthPx: 100, heightPx: 100 });
  t.true(body.length > 10_000);
  const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body });
  t.is(response.status, 507);
  t.is(await failureOf(response), 'E_DISK_QUOTA');
  const small = await fetch(`${url}/v1/upscale`, { method: 'POST', body: await png() });
  t.is(small.status, 200);
  await small.arrayBuffer();
  const metrics = await (await fetch(`${url}/metrics`)).text();
  t.regex(metrics, /^srgan_disk_used_bytes 0$/m);
  t.regex(metrics, /^srgan_images_total\{status="done"\} 1$/m);
});

test('the description of the API names each route, and each option', async (t) => {
  const { url } = await openService(t);
  const api = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { parameters: { name: string }[] } }>;
  };
  t.true('/v1/models' in api.paths);
  const names = api.paths['/v1/upscale']?.post?.parameters.map(({ name }) => name);
  t.true(names?.includes('minSize'));
});

const health = async (url: string) =>
  (await (await fetch(`${url}/healthz`)).json()) as { active: number; waiting: number };

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
