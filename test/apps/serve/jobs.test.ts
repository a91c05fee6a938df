import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import AdmZip from 'adm-zip';
import sharp from 'sharp';
import { pipe } from '../../../src/flow/pipe.js';
import { startSrgan } from '../../helpers/cli.js';
import { serve } from '../../../src/apps/serve/serve.js';
import { serve as serveFiles } from '../../helpers/serve.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { eventsOf, failureOf, openService, png, submit, type JobView } from './open-service.js';

test('a job: each result as it comes, the same bytes as from pipe, and all as a zip', async (t) => {
  const { url } = await openService(t);
  const images = await Promise.all([1, 2, 3].map((seed) => png({ seed, widthPx: 20 + seed })));
  const job = await submit(url, [
    ...images.map((bytes, i): [string, Buffer] => [i === 2 ? 'same.png' : `${i}.png`, bytes]),
    ['same.png', images[0]!],
    ['broken.png', images[0]!.subarray(0, 100)],
  ]);
  t.is(job.total, 5);
  const events = await eventsOf(url, job.id);
  t.is(events.at(-1)?.event, 'end');
  t.deepEqual(events.at(-1)?.data, { state: 'done', total: 5, ended: 5, failed: 1, active: [] });
  const results = events.filter(({ event }) => event === 'result');
  t.deepEqual(results.map(({ data }) => data.n).sort(), [0, 1, 2, 3, 4]);
  t.deepEqual(
    results.map(({ id }) => id),
    ['1', '2', '3', '4', '5'],
  );
  t.is((await eventsOf(url, job.id, '4')).filter(({ event }) => event === 'result').length, 1);

  const directory = await temporaryDirectory(t);
  const source = path.join(directory, '1.png');
  await writeFile(source, images[1]!);
  await pipe({ inputs: [source], out: path.join(directory, 'out'), threads: 1 });
  const made = await fetch(`${url}/v1/jobs/${job.id}/results/1`);
  t.is(made.headers.get('content-type'), 'image/png');
  t.deepEqual(Buffer.from(await made.arrayBuffer()), await readFile(path.join(directory, 'out', '1.png')));

  const failed = await fetch(`${url}/v1/jobs/${job.id}/results/4`);
  t.is(failed.status, 422);
  t.is(await failureOf(failed), 'E_TRUNCATED');

  const zip = new AdmZip(Buffer.from(await (await fetch(`${url}/v1/jobs/${job.id}/archive`)).arrayBuffer()));
  t.deepEqual(
    zip
      .getEntries()
      .map(({ entryName }) => entryName)
      .sort(),
    ['0_2x.png', '1_2x.png', 'failed.txt', 'same_2x (2).png', 'same_2x.png'],
  );
  t.is((await sharp(zip.readFile('1_2x.png')!).metadata()).width, 44);
});

test('a job that is taken back stops, and nothing of it is left', async (t) => {
  const { url, data } = await openService(t);
  const image = await png({ widthPx: 700, heightPx: 700 });
  const job = await submit(
    url,
    [
      ['a.png', image],
      ['b.png', image],
    ],
    { tta: 'true' },
  );
  t.is((await fetch(`${url}/v1/jobs/${job.id}`, { method: 'DELETE' })).status, 204);
  t.is((await fetch(`${url}/v1/jobs/${job.id}`)).status, 404);
  t.deepEqual(await readdir(path.join(data, 'jobs')), []);
  t.regex(await (await fetch(`${url}/metrics`)).text(), /^srgan_disk_used_bytes 0$/m);
});

test('after kill -9 in the middle of a job the next process ends it, each image once', async (t) => {
  const data = path.join(await temporaryDirectory(t), 'data');
  const started = startSrgan(['serve', '--port', '0', '--data', data, '--threads', '1']);
  let said = '';
  started.child.stderr?.on('data', (piece: string) => (said += piece));
  await started.saysOnStderr(/Serving at \S+/);
  const url = /Serving at (\S+)/.exec(said)![1]!;
  const images = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((seed) => png({ seed, widthPx: 160, heightPx: 160 })),
  );
  const job = await submit(
    url,
    images.map((bytes, i) => [`${i}.png`, bytes]),
  );
  while (((await (await fetch(`${url}/v1/jobs/${job.id}`)).json()) as JobView).ended < 2) await soon();
  started.child.kill('SIGKILL');
  await started.ended;

  const again = await serve({ port: 0, data, image: { threads: 1 } });
  t.teardown(() => again.close());
  const events = await eventsOf(again.url, job.id);
  t.like(events.at(-1)?.data, { state: 'done', total: 6, ended: 6, failed: 0 });
  for (let n = 0; n < 6; n++) {
    const result = await fetch(`${again.url}/v1/jobs/${job.id}/results/${n}`);
    t.is((await sharp(await result.arrayBuffer()).metadata()).width, 320);
  }
  t.is((await readdir(path.join(data, 'jobs', job.id, 'out'))).length, 6);
});

test('a service that stops keeps what is left of a job for the next one', async (t) => {
  const data = path.join(await temporaryDirectory(t), 'data');
  const first = await serve({ port: 0, data, image: { threads: 1 } });
  const image = await png({ widthPx: 200, heightPx: 200 });
  const job = await submit(
    first.url,
    Array.from({ length: 12 }, (_, i): [string, Buffer] => [`${i}.png`, image]),
  );
  await first.close();
  await t.throwsAsync(fetch(`${first.url}/healthz`));
  const second = await openService(t, { data });
  t.like((await eventsOf(second.url, job.id)).at(-1)?.data, { state: 'done', ended: 12, failed: 0 });
});

test('jobs are removed when they have been kept long enough', async (t) => {
  const { url, data } = await openService(t, { keepMs: 50 });
  await submit(url, [['a.png', await png()]]);
  while ((await readdir(path.join(data, 'jobs'))).length > 0) await soon();
  t.pass();
});

test('with tokens a job is found by whoever made it alone', async (t) => {
  const [a, b] = [
    { authorization: `Bearer ${'a'.repeat(20)}` },
    { authorization: `Bearer ${'b'.repeat(20)}` },
  ];
  const tokens = [
    { name: 'a', token: 'a'.repeat(20) },
    { name: 'b', token: 'b'.repeat(20) },
  ];
  const { url } = await openService(t, { tokens });
  const job = await submit(url, [['a.png', await png()]], {}, a);
  t.is((await fetch(`${url}/v1/jobs/${job.id}`, { headers: a })).status, 200);
  for (const rest of ['', '/events', '/archive', '/results/0']) {
    t.is((await fetch(`${url}/v1/jobs/${job.id}${rest}`, { headers: b })).status, 404);
  }
});

test('addresses are fetched only where that is allowed, and never private ones', async (t) => {
  const secret = await serveFiles(t, (_request, response) => void response.end('secret'));
  const submitUrls = (url: string, urls: unknown) =>
    fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ urls }),
    });
  const closed = await openService(t);
  t.is((await submitUrls(closed.url, ['https://example.com/a.png'])).status, 403);

  const { url } = await openService(t, { allowFetch: true });
  for (const urls of [
    [],
    'https://a',
    ['file:///etc/passwd'],
    ['s3://bucket/key'],
    ['https://user:pw@a/'],
    [7],
  ]) {
    t.is((await submitUrls(url, urls)).status, 400, JSON.stringify(urls));
  }
  const job = (await (
    await submitUrls(url, [`${secret}/a.png`, 'http://localhost/b.png'])
  ).json()) as JobView;
  const events = await eventsOf(url, job.id);
  const codes = events.filter(({ event }) => event === 'result').map(({ data }) => data.error?.code);
  t.deepEqual(codes, ['E_ACCESS', 'E_ACCESS']);

  const open = await openService(t, { allowFetch: true, allowPrivateAddresses: true });
  const image = await png();
  const files = await serveFiles(t, (_request, response) => void response.end(image));
  const fetched = (await (await submitUrls(open.url, [`${files}/x/Bild.png?q=1`])).json()) as JobView;
  const last = (await eventsOf(open.url, fetched.id)).find(({ event }) => event === 'result');
  t.like(last?.data, { status: 'done', source: 'Bild.png', name: 'Bild_2x.png' });
});

test('a client with a long job does not hold up another one', async (t) => {
  const tokens = [
    { name: 'a', token: 'a'.repeat(20) },
    { name: 'b', token: 'b'.repeat(20) },
  ];
  const { url } = await openService(t, { tokens });
  const image = await png({ widthPx: 250, heightPx: 250 });
  const a = { authorization: `Bearer ${'a'.repeat(20)}` };
  const long = await submit(
    url,
    Array.from({ length: 40 }, (_, i): [string, Buffer] => [`${i}.png`, image]),
    {},
    a,
  );
  const small = await fetch(`${url}/v1/upscale`, {
    method: 'POST',
    body: await png(),
    headers: { authorization: `Bearer ${'b'.repeat(20)}` },
  });
  t.is(small.status, 200);
  const { state } = (await (await fetch(`${url}/v1/jobs/${long.id}`, { headers: a })).json()) as JobView;
  t.is(state, 'running');
});

test('a directory that is no job is no job', async (t) => {
  const data = path.join(await temporaryDirectory(t), 'data');
  await mkdir(path.join(data, 'jobs', 'a'.repeat(24), 'in'), { recursive: true });
  const { url } = await openService(t, { data });
  t.is((await fetch(`${url}/v1/jobs/${'a'.repeat(24)}`)).status, 404);
  t.deepEqual(await readdir(path.join(data, 'jobs')), []);
  for (const id of ['..', '%2e%2e', '..%2f..%2fetc', '%00']) {
    const { status } = await fetch(`${url}/v1/jobs/${id}/results/0`);
    t.true(status === 404 || status === 400, `${id} ${status}`);
  }
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
