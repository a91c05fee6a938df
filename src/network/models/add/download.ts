import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { SrganError, systemCode } from '../../../system/errors.js';
import { createWriteStream, rm } from '../../../system/files/fs.js';
import { formatBytes } from '../../../system/measures.js';
import { writeFailure } from '../../../system/files/write-files.js';

export interface DownloadLimits {
  readonly maxBytes: number;
  /** Maximum wait for the response to begin, and between two chunks of it. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;

/** @throws SrganError E_USAGE if the text is not an http or https URL, or contains credentials */
export function webUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new SrganError('E_USAGE', `${text}: an http:// or https:// URL is needed.`);
  }
  if (url.username || url.password) {
    throw new SrganError('E_USAGE', `${url.host}: credentials in a URL are not accepted.`);
  }
  return url;
}

/** Returns the URL without its query, which may contain a secret. */
export const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

/**
 * Downloads a URL into a new file, which is removed if the download fails.
 * @returns SHA-256 of the file in hex
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE, E_CANCELLED
 */
export async function download(url: URL, file: string, limits: DownloadLimits): Promise<string> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), limits.stallMs);
  const signal = AbortSignal.any([stalled.signal, limits.signal]);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const body = await fetchFollowing(url, limits.maxBytes, signal);
    const watch = new Transform({
      transform(piece: Uint8Array, _encoding, done) {
        timer.refresh();
        bytes += piece.length;
        hash.update(piece);
        if (bytes > limits.maxBytes) done(tooLarge(url, limits.maxBytes));
        else done(null, piece);
      },
    });
    await pipeline(Readable.fromWeb(body), watch, createWriteStream(file, { flags: 'wx' }), { signal });
    return hash.digest('hex');
  } catch (cause) {
    await rm(file, { force: true });
    throw failure(url, file, cause, { stalled: stalled.signal.aborted, cancelled: limits.signal.aborted });
  } finally {
    clearTimeout(timer);
  }
}

async function fetchFollowing(first: URL, maxBytes: number, signal: AbortSignal): Promise<ReadableStream> {
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      // the size limit and the checksum apply to the file itself
      headers: { 'accept-encoding': 'identity' },
      signal,
    });
    const location = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && location !== null) {
      await answer.body?.cancel();
      if (redirects === MAX_REDIRECTS) {
        throw new SrganError('E_MODEL', `${shownUrl(first)}: redirects more than ${MAX_REDIRECTS} times.`);
      }
      url = redirected(url, location);
      continue;
    }
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel();
      throw new SrganError('E_MODEL', `${shownUrl(first)}: the server answered ${answer.status}.`);
    }
    if (Number(answer.headers.get('content-length') ?? 0) > maxBytes) {
      await answer.body.cancel();
      throw tooLarge(first, maxBytes);
    }
    return answer.body;
  }
}

/** Returns the target of a redirect; https never redirects to http. */
function redirected(from: URL, location: string): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const isSafe =
    url && (url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:'));
  if (isSafe) return url;
  throw new SrganError('E_MODEL', `${shownUrl(from)}: redirects to '${location}', which is not followed.`);
}

function tooLarge(url: URL, maxBytes: number): SrganError {
  return new SrganError('E_MODEL', `${shownUrl(url)}: it is larger than ${formatBytes(maxBytes)}.`, {
    hint: '--max-download BYTES allows more.',
  });
}

function failure(
  url: URL,
  file: string,
  cause: unknown,
  { stalled, cancelled }: { stalled: boolean; cancelled: boolean },
): SrganError {
  if (cause instanceof SrganError) return cause;
  if (cancelled) return new SrganError('E_CANCELLED', `${shownUrl(url)}: the download was interrupted.`);
  if (stalled) return new SrganError('E_MODEL', `${shownUrl(url)}: the server stopped sending data.`);
  const code = systemCode(cause);
  if (
    cause instanceof Error &&
    'syscall' in cause &&
    ['open', 'write', 'close'].includes(String(cause.syscall))
  ) {
    return writeFailure(file, cause);
  }
  // fetch puts the reason into the cause
  const inner = cause instanceof Error ? systemCode(cause.cause) : undefined;
  const why = inner ?? code ?? 'the connection was lost';
  return new SrganError('E_MODEL', `${shownUrl(url)}: downloading it failed: ${why}.`, { cause });
}
