import test from 'ava';
import { openHttp } from '../../../src/places/storage/http.js';
import { isPrivate } from '../../../src/system/http-client.js';
import { serve } from '../../helpers/serve.js';

async function read(url: string, { allow = true, maxBytes = 1000 } = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  const bytes = await openHttp({ allowPrivateAddresses: allow }).read(url, { maxBytes });
  for await (const chunk of bytes) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}

test('downloads a complete file whatever its content type, through up to five redirects', async (t) => {
  const base = await serve(t, ({ url = '' }, answer) => {
    const left = Number(url.slice(1));
    if (left > 0) answer.writeHead(302, { location: `/${left - 1}` }).end();
    else answer.writeHead(200, { 'content-type': 'text/html' }).end('bytes');
  });
  t.is(await read(`${base}/0`), 'bytes');
  t.is(await read(`${base}/5`), 'bytes');
  await t.throwsAsync(read(`${base}/6`), { code: 'E_READ', message: /more than 5 times/ });
});

test('each unsuccessful response has an error code', async (t) => {
  const base = await serve(t, ({ url = '' }, answer) => {
    if (url === '/cut') {
      answer.writeHead(200, { 'content-length': 100 });
      answer.write('half', () => answer.destroy());
    } else if (url === '/large') answer.writeHead(200).end('x'.repeat(1001));
    else if (url === '/declared') answer.writeHead(200, { 'content-length': 5000 }).flushHeaders();
    else if (url === '/file') answer.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (url === '/gzip') answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    else answer.writeHead(Number(url.slice(1))).end();
  });
  for (const [name, code] of [
    ['404', 'E_NOT_FOUND'],
    ['403', 'E_ACCESS'],
    ['500', 'E_READ'],
    ['204', 'E_READ'],
    ['cut', 'E_READ'],
    ['large', 'E_TOO_LARGE'],
    ['declared', 'E_TOO_LARGE'],
    ['file', 'E_READ'],
    ['gzip', 'E_READ'],
  ] as const) {
    await t.throwsAsync(read(`${base}/${name}`), { name: 'SrganError', code }, name);
  }
});

test('a connection that breaks before anyone reads fails the reader', async (t) => {
  let cut = () => {};
  const base = await serve(t, (_, answer) => {
    answer.writeHead(200, { 'content-length': 100 });
    answer.write('half');
    cut = () => answer.destroy();
  });
  const bytes = await openHttp({ allowPrivateAddresses: true }).read(base, { maxBytes: 1000 });
  cut();
  // long enough for the news to come: another request on another connection, there and back
  await read(await serve(t, (_, answer) => answer.end('x')));
  await t.throwsAsync(
    async () => {
      for await (const chunk of bytes) t.truthy(chunk);
    },
    { code: 'E_READ' },
  );
});

test('private addresses are rejected before connecting', async (t) => {
  let asked = 0;
  const base = await serve(t, (_, answer) => {
    asked += 1;
    answer.end('secret');
  });
  const { port } = new URL(base);
  for (const host of [
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
  ]) {
    await t.throwsAsync(read(`http://${host}:${port}/`, { allow: false }), { code: 'E_ACCESS' }, host);
  }
  t.is(asked, 0);
  t.is(await read(`http://localhost:${port}/`), 'secret');
});

test('distinguishes public addresses from all others', (t) => {
  for (const address of [
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'ff02::1',
  ])
    t.true(isPrivate(address), address);
  for (const address of ['8.8.8.8', '172.32.0.1', '1.1.1.1', '2606:4700::1111', '2a00:1450::1'])
    t.false(isPrivate(address), address);
});
