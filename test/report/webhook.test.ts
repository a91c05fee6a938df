import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkWebhook, postWebhook, type BatchEvent } from '../../src/report/webhook.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix } from '../helpers/where.js';

const event: BatchEvent = {
  event: 'batch.completed',
  total: 3,
  successful: 1,
  skipped: 1,
  failed: 1,
  duration_secs: 1.5,
};

interface Hook {
  readonly url: URL;
  /** Bodies of the requests so far. */
  readonly bodies: unknown[];
}

/** A server that answers each request with the next of `answers`, the last one for ever; `hang` is none. */
async function openHook(t: ExecutionContext, answers: readonly (number | 'hang')[]): Promise<Hook> {
  const bodies: unknown[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    t.is(request.method, 'POST');
    t.is(request.headers['content-type'], 'application/json');
    const answer = answers[Math.min(bodies.length, answers.length - 1)];
    bodies.push(JSON.parse(text));
    if (typeof answer === 'number') response.writeHead(answer, { location: '/elsewhere' }).end('noted');
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/secret/path`), bodies };
}

test('is posted once if it is accepted', async (t) => {
  const { url, bodies } = await openHook(t, [204]);
  t.is(await postWebhook(url, event), undefined);
  t.deepEqual(bodies, [event]);
});

test('retries after a server error, but not after a rejection', async (t) => {
  const delivery = { pauseMs: 1 };
  const cases: [(number | 'hang')[], number, RegExp | undefined][] = [
    [[500, 503, 200], 3, undefined],
    [[500], 4, /^The webhook at 127\.0\.0\.1:\d+ was not delivered: it answered 500\.$/],
    [[404], 1, /: it answered 404\.$/],
    [[302], 1, /: it answered 302\.$/],
  ];
  for (const [answers, requests, refusal] of cases) {
    const { url, bodies } = await openHook(t, answers);
    const said = await postWebhook(url, event, delivery);
    if (refusal) t.regex(said ?? '', refusal);
    else t.is(said, undefined);
    t.is(bodies.length, requests, answers.join());
    for (const body of bodies) t.deepEqual(body, event);
  }
});

test('gives up on a server that hangs or is unreachable', async (t) => {
  const hanging = await openHook(t, ['hang']);
  const said = await postWebhook(hanging.url, event, { attempts: 2, timeoutMs: 100, pauseMs: 1 });
  t.regex(said ?? '', /: it did not answer in time\.$/);
  t.true(hanging.bodies.length <= 2);
  t.false(said?.includes('secret'));

  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const nowhere = new URL(`http://127.0.0.1:${port}`);
  t.regex((await postWebhook(nowhere, event, { attempts: 2, pauseMs: 1 })) ?? '', /: ECONNREFUSED\.$/);
});

test('accepts only valid HTTP URLs', (t) => {
  t.is(checkWebhook('https://example.org/x?y=z').href, 'https://example.org/x?y=z');
  for (const text of [
    '',
    'example.org',
    'ftp://example.org',
    'file:///etc/passwd',
    'http://me:you@example.org',
  ])
    t.throws(() => checkWebhook(text), { code: 'E_USAGE' }, text);
});

test('a batch posts its outcome at the end, and its exit status does not depend on the webhook', async (t) => {
  const cwd = await makeTree(t, { 'in/bad.png': '' });
  await savePngs(join(cwd, 'in'), numbered(3), 12, 8);
  const run = async (args: string[], answers: number[]) => {
    const { url, bodies } = await openHook(t, answers);
    const ended = await srgan(['batch', 'in', 'out', '--engine', 'resize', '--webhook', url.href, ...args], {
      cwd,
    });
    return { ...ended, bodies: bodies as Record<string, unknown>[] };
  };
  const done = await run([], [500, 500, 200]);
  t.is(done.exitCode, 1, done.stderr);
  t.is(done.bodies.length, 3);
  t.true((done.bodies[2]?.duration_secs as number) > 0);
  const counts = { total: 4, successful: 3, skipped: 0, failed: 1 };
  t.like(done.bodies[2], { event: 'batch.completed', ...counts });
  t.deepEqual(Object.keys(done.bodies[2] ?? {}).sort(), Object.keys(event).sort());
  t.false(done.stderr.includes('warning'));

  const refused = await run(['-k', '-g', '0*'], [400]);
  t.is(refused.exitCode, 0, refused.stderr);
  t.regex(refused.stderr, /^warning The webhook at 127\.0\.0\.1:\d+ was not delivered: it answered 400\.$/m);
  t.like(refused.bodies[0], { event: 'batch.completed', total: 3, successful: 0, skipped: 3, failed: 0 });

  const stopped = await run(['-g', 'bad*', '--fail-fast'], [200]);
  t.is(stopped.exitCode, 1);
  t.like(stopped.bodies[0], { event: 'batch.failed', total: 1, failed: 1 });
  const broken = await run(['--model', 'nope'], [200]);
  t.is(broken.exitCode, 2);
  t.like(broken.bodies[0], { event: 'batch.failed', total: 0, failed: 0 });
});

onPosix('an interrupted batch says so', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(12), 200, 200);
  const { url, bodies } = await openHook(t, [200]);
  const run = startSrgan(['batch', 'in', 'out', '--sequential', '--webhook', url.href], { cwd });
  await run.saysOnStdout(/\n/);
  run.child.kill('SIGINT');
  const { exitCode } = await run.ended;
  t.is(exitCode, 130);
  t.like(bodies[0], { event: 'batch.interrupted', total: 12, failed: 0 });
});
