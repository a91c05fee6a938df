import { request } from 'node:http';
import test from 'ava';
import { serve } from '../../../src/apps/serve/serve.js';
import { failureOf, openService, png } from './open-service.js';

const TOKENS = [
  { name: 'shop', token: 'a'.repeat(32) },
  { name: 'archive', token: 'b'.repeat(32) },
];

/** fetch sets the Host itself. */
const get = (url: string, headers: Record<string, string>) =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    })
      .once('error', reject)
      .end();
  });

test('another host than loopback needs a token, or to be told that none is wanted', async (t) => {
  await t.throwsAsync(serve({ host: '0.0.0.0', port: 0 }), { code: 'E_USAGE', message: /needs a token/ });
  await t.notThrowsAsync(openService(t, { host: '0.0.0.0', noAuth: true }));
});

test('with tokens nothing of anybody is told without one', async (t) => {
  const { url } = await openService(t, { tokens: TOKENS });
  for (const [path, method] of [
    ['/v1/models', 'GET'],
    ['/v1/upscale', 'POST'],
    ['/metrics', 'GET'],
    ['/v1/nothing', 'GET'],
    ['/v1/../metrics', 'GET'],
  ] as const) {
    const response = await fetch(url + path, { method });
    t.is(response.status, 401, path);
    t.is(await failureOf(response), 'E_UNAUTHORIZED');
  }
  t.is((await fetch(`${url}/healthz`)).status, 200);
  const authorization = `Bearer ${'b'.repeat(32)}`;
  const made = await fetch(`${url}/v1/upscale`, {
    method: 'POST',
    body: await png(),
    headers: { authorization },
  });
  t.is(made.status, 200);
});

test('an address that guesses tokens is refused after ten, with a right one too', async (t) => {
  const { url } = await openService(t, { tokens: TOKENS });
  const ask = (token: string) => fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  for (let i = 0; i < 10; i++) t.is((await ask(`guess-${i}`)).status, 401);
  const refused = await ask('a'.repeat(32));
  t.is(refused.status, 429);
  t.true(Number(refused.headers.get('retry-after')) > 0);
});

test('a page of another site can neither call nor read', async (t) => {
  const { url } = await openService(t);
  const { host } = new URL(url);
  t.is((await get(`${url}/v1/models`, { host: 'evil.example' })).status, 421, 'a name led here');
  t.is((await get(`${url}/v1/models`, { host: `localhost:${new URL(url).port}` })).status, 200);
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1']) {
    t.is((await get(`${url}/v1/models`, { origin })).status, 403, origin);
  }
  t.is((await get(`${url}/v1/models`, { origin: `http://${host}` })).status, 200);
  t.is((await get(`${url}/v1/models`, { 'sec-fetch-site': 'cross-site' })).status, 403);
  const { headers } = await get(`${url}/v1/models`, {});
  t.is(headers['access-control-allow-origin'], undefined);
  t.is(headers['x-content-type-options'], 'nosniff');
  t.regex(String(headers['content-security-policy']), /default-src 'none'; sandbox/);
});

test('an origin that is allowed may call, with its preflight', async (t) => {
  const origin = 'https://shop.example';
  const { url } = await openService(t, { allowOrigins: [origin] });
  const preflight = await fetch(`${url}/v1/upscale`, { method: 'OPTIONS', headers: { origin } });
  t.is(preflight.status, 204);
  t.is(preflight.headers.get('access-control-allow-origin'), origin);
  t.is((await get(`${url}/v1/models`, { origin, 'sec-fetch-site': 'cross-site' })).status, 200);
});

test('a data directory has one service', async (t) => {
  const { data } = await openService(t);
  await t.throwsAsync(serve({ port: 0, data }), { code: 'E_OUT_DIR', message: /another srgan serve/ });
});
