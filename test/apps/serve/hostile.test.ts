import { readdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { shell } from '../../helpers/cli.js';
import { makeTree } from '../../helpers/tree.js';
import { ownMounts, testWhere } from '../../helpers/where.js';
import { eventsOf, failureOf, openService, png, submit, type Failure } from './open-service.js';

/** Sends bytes as they are and collects what comes back until the service closes, or until `enough`. */
function raw(url: string, pieces: readonly (string | Buffer)[], enough = /never/): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => pieces.forEach((piece) => socket.write(piece)));
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (enough.test(answer)) socket.destroy();
    });
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

const head = (lines: readonly string[], target = '/v1/upscale') =>
  [`POST ${target} HTTP/1.1`, 'host: 127.0.0.1', ...lines, '', ''].join('\r\n');

const statusIn = (answer: string): string => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'closed';

const ATTACKS: [attack: string, pieces: readonly (string | Buffer)[], status: string][] = [
  ['a body that stops coming', [head(['content-length: 1000']), 'some'], '408'],
  [
    'a form that stops coming',
    [head(['content-length: 1000', 'content-type: multipart/form-data; boundary=b']), '--b\r\n'],
    '408',
  ],
  ['a length over the limit', [head(['content-length: 99999999999'])], '413'],
  [
    'a body without end',
    [
      head(['transfer-encoding: chunked']),
      '4000\r\n',
      Buffer.alloc(0x4000),
      '\r\n4000\r\n',
      Buffer.alloc(0x4000),
      '\r\n',
    ],
    '413',
  ],
  ['two lengths', [head(['content-length: 5', 'content-length: 6']), 'hello'], '400'],
  [
    'a length and chunks (smuggling)',
    [head(['content-length: 5', 'transfer-encoding: chunked']), '0\r\n\r\n'],
    '400',
  ],
  ['a negative length', [head(['content-length: -1'])], '400'],
  ['100 KB of headers', [head([`x: ${'a'.repeat(100_000)}`])], '431'],
  ['a target of 50 KB', [head([], `/${'a'.repeat(50_000)}`)], '431'],
  ['no HTTP at all', ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'], '400'],
  ['no host', ['POST /v1/upscale HTTP/1.1\r\ncontent-length: 0\r\n\r\n'], '400'],
];

test('hostile requests are refused, one by one, and the service goes on', async (t) => {
  const { url, data } = await openService(t, { bodyIdleMs: 300, image: { maxInputBytes: 20_000 } });
  for (const [attack, pieces, status] of ATTACKS) {
    const answer = await raw(url, pieces, /\r\n\r\n.*\}$/s);
    t.log(`${attack}: ${statusIn(answer)}`);
    t.is(statusIn(answer), status, attack);
  }
  const made = await fetch(`${url}/v1/upscale`, { method: 'POST', body: await png() });
  t.is(made.status, 200);
  await made.arrayBuffer();
  while ((await readdir(path.join(data, 'requests'))).length > 0) await soon();
  t.regex(await (await fetch(`${url}/metrics`)).text(), /^srgan_disk_used_bytes 0$/m);
  t.deepEqual(await readdir(path.join(data, 'jobs')), []);
});

test('bombs are refused by what their headers say', async (t) => {
  const { url } = await openService(t);
  const solid = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#123' }, limitInputPixels: false });
  const wide = await solid(16_000, 16_000).png().toBuffer();
  const frames = await sharp(Buffer.alloc(8 * 8 * 600 * 3), {
    raw: { width: 8, height: 8 * 600, channels: 3, pageHeight: 8 },
  })
    .gif({ keepDuplicateFrames: true })
    .toBuffer();
  const grown = await solid(2000, 2000).webp().toBuffer();
  const bombs: [string, Buffer, string][] = [
    [`256 Mpx in ${wide.length} bytes`, wide, ''],
    ['600 frames', frames, ''],
    ['4 Mpx at 30 times', grown, 'scale=30'],
  ];
  for (const [title, body, query] of bombs) {
    const response = await fetch(`${url}/v1/upscale?${query}`, { method: 'POST', body });
    t.log(`${title}: ${response.status}`);
    t.is(response.status, 413, title);
    t.is(await failureOf(response), 'E_TOO_LARGE');
  }
});

test('a form with too much of anything is refused', async (t) => {
  const { url, data } = await openService(t, { maxFiles: 3 });
  const image = await png();
  const forms: [string, (form: FormData) => void, string][] = [
    [
      '4 files of 3',
      (form) => [1, 2, 3, 4].forEach((n) => form.append('files', new Blob([image]), `${n}.png`)),
      '/v1/jobs',
    ],
    ['60 fields', (form) => Array.from({ length: 60 }, (_, n) => form.append(`f${n}`, '1')), '/v1/jobs'],
    ['a field of 5 KB', (form) => form.append('model', 'a'.repeat(5000)), '/v1/upscale'],
    ['a field twice', (form) => ['2', '3'].forEach((scale) => form.append('scale', scale)), '/v1/upscale'],
    ['a field of JavaScript\u2019s own', (form) => form.append('__proto__', '{}'), '/v1/upscale'],
    [
      'two files to one',
      (form) => ['a', 'b'].forEach((name) => form.append('file', new Blob([image]), name)),
      '/v1/upscale',
    ],
  ];
  for (const [title, fill, target] of forms) {
    const form = new FormData();
    fill(form);
    const response = await fetch(url + target, { method: 'POST', body: form });
    const { error } = (await response.json()) as Failure;
    t.log(`${title}: ${response.status} ${error.message}`);
    t.true(response.status >= 400 && response.status < 500, title);
  }
  t.deepEqual(await readdir(path.join(data, 'jobs')), []);
});

test('10,000 connections: those over the limit are closed, and the service answers', async (t) => {
  const limit = 200;
  const { url } = await openService(t, { maxConnections: limit });
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let made = 0;
  const wave = async (count: number, left: number) => {
    for (let i = 0; i < count; i++) {
      const socket = connect(Number(port), hostname);
      open.add(socket);
      socket.on('connect', () => (made += 1)).on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    while (open.size > left) await soon();
  };
  await wave(limit, limit);
  for (let i = 0; i < 49; i++) await wave(200, limit);
  t.log(`made: ${made}, kept: ${open.size}`);
  t.is(open.size, limit);
  t.true(made >= 9000, `${made}`);
  for (const socket of open) socket.destroy();
  while (open.size > 0) await soon();
  t.is((await fetch(`${url}/healthz`)).status, 200);
});

test('names and paths lead nowhere', async (t) => {
  const { url, data } = await openService(t);
  const targets = [
    '/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cpackage.json',
    '/v1/jobs/..%2f..%2frequests',
    '/v1/jobs/%00',
    '/v1/jobs/000000000000000000000000/results/..%2f..%2f0',
  ];
  for (const target of targets) {
    const answer = await raw(url, [`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`]);
    t.log(`${target}: ${statusIn(answer)}`);
    t.true(['400', '404'].includes(statusIn(answer)), `${target}: ${answer.slice(0, 200)}`);
  }
  const names = [
    '../../../evil.png',
    '..\\..\\evil.png',
    '/etc/evil.png',
    'C:\\evil.png',
    'a\nb\u0000.png',
    '.png',
  ];
  const image = await png();
  const job = await submit(
    url,
    names.map((name) => [name, image] as const),
  );
  await eventsOf(url, job.id);
  const archive = Buffer.from(await (await fetch(`${url}/v1/jobs/${job.id}/archive`)).arrayBuffer());
  const packed = namesInZip(archive);
  t.log(`in the zip: ${JSON.stringify(packed)}`);
  t.is(packed.length, names.length);
  for (const name of packed) t.false(/[\\/:]|\.\.|[\0-\x1f]/.test(name), name);
  const files = await readdir(data, { recursive: true });
  t.false(
    files.some((file) => file.includes('evil')),
    'names of clients are no names on the disk',
  );
});

test('nothing that is served can run', async (t) => {
  const { url } = await openService(t);
  const bodies = {
    SVG: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    HTML: '<html><script>alert(1)</script></html>',
    PDF: '%PDF-1.7',
  };
  for (const [kind, body] of Object.entries(bodies)) {
    const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body });
    t.is(response.status, 415, kind);
    t.is(await failureOf(response), 'E_UNSUPPORTED');
  }
  const html = Buffer.concat([await png(), Buffer.from('<script>alert(1)</script>')]);
  const answers = [
    await fetch(`${url}/v1/upscale`, { method: 'POST', body: html }),
    await fetch(url),
    await fetch(`${url}/v1/jobs/<script>`),
  ];
  for (const answer of answers) {
    t.is(answer.headers.get('x-content-type-options'), 'nosniff');
    t.regex(
      answer.headers.get('content-security-policy') ?? '',
      /default-src 'none'|default-src 'self'|sandbox/,
    );
    t.regex(answer.headers.get('content-type') ?? '', /^(?:image\/png|text\/html|application\/json)/);
    await answer.arrayBuffer();
  }
  const [result] = answers;
  t.is(result?.status, 200);
});

/** From the list at the end of the file. */
function namesInZip(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names;
}

testWhere(ownMounts, 'no file system may be mounted here')(
  'a full disk: the request fails with 507, nothing is left, and there is work again when there is room',
  async (t) => {
    const cwd = await makeTree(t, ['data/']);
    const image = await png({ widthPx: 400, heightPx: 400 });
    const small = await png();
    const inside = [
      'mount -t tmpfs -o size=300k tmpfs data',
      '$SRGAN serve --port 0 --data data --threads 1 2> said.txt & pid=$!',
      'until grep -q Serving said.txt; do sleep 0.1; done; url=$(sed -n "s/Serving at //p" said.txt)',
      'curl -s -o answer.json -w "%{http_code} " --data-binary @big.png $url/v1/upscale; cat answer.json; echo',
      'ls data/requests | wc -l',
      'curl -s -o /dev/null -w "%{http_code}\n" --data-binary @small.png $url/v1/upscale',
      'kill $pid; wait $pid',
    ].join('\n');
    await writeFile(path.join(cwd, 'big.png'), image);
    await writeFile(path.join(cwd, 'small.png'), small);
    const { stdout, stderr } = await shell(`unshare -rm bash -c '${inside.replaceAll("'", `'"'"'`)}'`, {
      cwd,
    });
    const [answer, left, again] = stdout.trim().split('\n');
    t.log(answer);
    t.regex(answer ?? '', /^507 .*E_NOSPC/, stderr);
    t.is(left, '0');
    t.is(again, '200');
  },
);

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
