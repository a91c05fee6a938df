import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';

const PLACES = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executable = PLACES.find((path) => path && existsSync(path));

/** A page that is open in a real browser. */
export interface OpenPage {
  /** Runs an expression in the page and gives its value, which must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** A PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  setScheme(scheme: 'light' | 'dark'): Promise<void>;
  press(key: 'ArrowLeft' | 'ArrowRight' | 'Space'): Promise<void>;
  drag(from: readonly [number, number], to: readonly [number, number]): Promise<void>;
  /** Errors on the console, uncaught exceptions and refusals so far. */
  readonly complaints: readonly string[];
  /** Addresses that the page asked for beside itself and what it holds. */
  readonly requests: readonly string[];
}

/**
 * Opens a page file in headless Chromium (/usr/bin/chromium or CHROME_PATH) and waits until it has loaded.
 * @returns undefined where there is no browser, after saying so in the test's log
 */
export async function openInBrowser(
  t: ExecutionContext,
  file: string,
  { hash = '', widthPx = 1200, heightPx = 900, script = true } = {},
): Promise<OpenPage | undefined> {
  if (!executable) {
    t.log('skipped in the browser: no Chromium in /usr/bin, and CHROME_PATH is not set');
    t.pass();
    return undefined;
  }
  const profile = await mkdtemp(join(tmpdir(), 'srgan-browser-'));
  const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()));
  t.teardown(async () => {
    browser.kill('SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  });
  const [, , , toBrowser, fromBrowser] = browser.stdio as unknown as [null, null, null, Writable, Readable];
  const connection = connect(toBrowser, fromBrowser, ended);

  const { targetId } = await connection.send<{ targetId: string }>('Target.createTarget', {
    url: 'about:blank',
  });
  const { sessionId } = await connection.send<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  });
  const send = <T>(method: string, params: object = {}) => connection.send<T>(method, params, sessionId);
  const complaints: string[] = [];
  const requests: string[] = [];
  const url = pathToFileURL(file).href;
  connection.on('Runtime.exceptionThrown', (event) => complaints.push(JSON.stringify(event)));
  connection.on('Runtime.consoleAPICalled', (event) => {
    if (['error', 'warning', 'assert'].includes(String(event['type'])))
      complaints.push(JSON.stringify(event));
  });
  connection.on('Log.entryAdded', ({ entry }) => complaints.push(JSON.stringify(entry)));
  connection.on('Network.requestWillBeSent', ({ request }) => {
    const address = (request as { url: string }).url;
    if (address !== url && !address.startsWith('data:')) requests.push(address);
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  await send('Emulation.setDeviceMetricsOverride', {
    width: widthPx,
    height: heightPx,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await send('Emulation.setScriptExecutionDisabled', { value: !script });
  const loaded = connection.once('Page.loadEventFired');
  await send('Page.navigate', { url: url + hash });
  await loaded;

  const mouse = (type: string, [x, y]: readonly [number, number], button = 'left') =>
    send('Input.dispatchMouseEvent', { type, x, y, button, buttons: 1, clickCount: 1 });
  return {
    complaints,
    requests,
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await send<{ result: { value: T }; exceptionDetails?: unknown }>(
        'Runtime.evaluate',
        { expression, returnByValue: true, awaitPromise: true },
      );
      if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
      return result.value;
    },
    async screenshot() {
      const { data } = await send<{ data: string }>('Page.captureScreenshot', {
        captureBeyondViewport: true,
      });
      return Buffer.from(data, 'base64');
    },
    async setScheme(scheme) {
      await send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
    },
    async press(key) {
      const code = { ArrowLeft: 37, ArrowRight: 39, Space: 32 }[key];
      const text = key === 'Space' ? ' ' : undefined;
      const event = { key: text ?? key, code: key, text, windowsVirtualKeyCode: code };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async drag(from, to) {
      await mouse('mousePressed', from);
      await mouse('mouseMoved', to);
      await mouse('mouseReleased', to);
    },
  };
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

type Event = Record<string, unknown>;
type Answer = { id: number; result?: unknown; error?: { message: string } } & {
  method?: string;
  params?: Event;
};

/** The DevTools protocol over a pair of pipes: JSON messages, each ended by NUL. */
function connect(toBrowser: Writable, fromBrowser: Readable, ended: Promise<void>) {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, ((event: Event) => void)[]>();
  let lastId = 0;
  let rest = '';
  toBrowser.on('error', () => undefined);
  fromBrowser.setEncoding('utf8').on('data', (piece: string) => {
    const messages = (rest + piece).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) take(JSON.parse(message) as Answer);
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the browser ended'));
  });

  function take({ id, result, error, method, params }: Answer) {
    if (method) {
      for (const listener of listeners.get(method) ?? []) listener(params ?? {});
      return;
    }
    const request = waiting.get(id);
    waiting.delete(id);
    if (error) request?.reject(new Error(error.message));
    else request?.resolve(result);
  }

  const on = (method: string, listener: (event: Event) => void) => {
    listeners.set(method, [...(listeners.get(method) ?? []), listener]);
  };
  return {
    on,
    once: (method: string) => new Promise<Event>((resolve) => on(method, resolve)),
    send<T>(method: string, params: object, sessionId?: string) {
      const id = ++lastId;
      toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      });
    },
  };
}
