import type { ServeOptions, Serving, Token } from './serve.js';
import { SrganError } from '../../system/errors.js';
import { withPackages } from '../../system/installed.js';
import { readFile } from '../../system/files/fs.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { openInterrupts } from '../../system/signals.js';
import { say as tell } from '../../command-line/output.js';
import { serveFlags, type ServeFlags } from '../../command-line/flags/serve-flags.js';

const DRAIN_LIMIT_S = 300;
/** Installed apart: most people don't serve, and they come to 30 MB. */
const PACKAGES = [
  'fastify',
  '@fastify/multipart',
  '@fastify/rate-limit',
  '@fastify/static',
  '@fastify/swagger',
  'prom-client',
  'yazl',
];

/** @returns the exit status */
export async function runServe(given: ServeFlags): Promise<number> {
  const flags = await fillFlags(given, serveFlags);
  const say = (sentence: string) => {
    if (!flags.quiet) tell(sentence);
  };
  const drainLimit = flags['drain-limit'] ?? DRAIN_LIMIT_S;
  let stop: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const interrupts = openInterrupts(() => {
    say(`Stopping after the images that are being worked on, for which they have ${drainLimit} s.`);
    stop?.();
  }, 1000 * drainLimit);
  let serving: Serving | undefined;
  try {
    const tokens = flags['token-file'] === undefined ? [] : await readTokens(flags['token-file']);
    serving = await (await loadService()).serve(optionsOf(flags, tokens), say);
    say(`Serving at ${serving.url}`);
    await stopped;
    return interrupts.exitStatus ?? 0;
  } finally {
    await serving?.close();
    interrupts.dispose();
  }
}

const loadService = () => withPackages('srgan serve', PACKAGES, 'E_USAGE', () => import('./serve.js'));

const MIN_TOKEN = 16;

/** `TOKEN` or `NAME TOKEN` a line; empty lines and those that begin with # are passed over. */
async function readTokens(file: string): Promise<Token[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SrganError('E_USAGE', `--token-file ${file}: cannot be read.`, { cause });
  });
  const tokens = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line, index) => {
      const words = line.split(/\s+/);
      const [first = '', second] = words;
      const name = second === undefined ? `token-${index + 1}` : first;
      return { name, token: second ?? first, words: words.length };
    });
  const wrong = tokens.find(({ token, words }) => words > 2 || !/^[\x21-\x7e]+$/.test(token));
  if (tokens.length === 0 || wrong)
    throw new SrganError('E_USAGE', `--token-file ${file}: takes one token a line, or NAME TOKEN.`);
  if (tokens.some(({ token }) => token.length < MIN_TOKEN)) {
    throw new SrganError('E_USAGE', `--token-file ${file}: a token needs at least ${MIN_TOKEN} characters.`, {
      hint: 'Make one: openssl rand -hex 24',
    });
  }
  return tokens.map(({ name, token }) => ({ name, token }));
}

function optionsOf(flags: ServeFlags, tokens: readonly Token[]): ServeOptions {
  return {
    host: flags.host,
    port: flags.port,
    data: flags.data,
    tokens,
    noAuth: flags['no-auth'],
    allowHosts: flags['allow-host'],
    allowOrigins: flags['allow-origin'],
    allowFetch: flags['allow-fetch'],
    allowPrivateAddresses: flags['allow-private-addresses'],
    keepMs: flags.keep,
    maxQueue: flags['max-queue'],
    maxFiles: flags['max-files'],
    maxDisk: flags['max-disk'],
    maxConnections: flags['max-connections'],
    rateLimit: flags['rate-limit'],
    image: {
      kind: flags.kind,
      effort: flags.effort,
      model: flags.model,
      engine: flags.engine,
      device: flags.device,
      fold: flags.fold,
      threads: flags.threads,
      maxMemory: flags['max-memory'],
      maxOpenFiles: flags['max-open-files'],
      maxPixels: flags['max-pixels'],
      maxFrames: flags['max-frames'],
      maxInputBytes: flags['max-input-bytes'],
      maxOutputPixels: flags['max-output-pixels'],
      maxOutputBytes: flags['max-output-bytes'],
      timeLimit: flags['time-limit'],
    },
  };
}
