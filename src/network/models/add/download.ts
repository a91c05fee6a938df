import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SrganError, systemCode } from '../../../system/errors.js';
import { createWriteStream, rm } from '../../../system/files/fs.js';
import { httpGet } from '../../../system/http-client.js';
import { formatBytes } from '../../../system/measures.js';
import { writeFailure } from '../../../system/files/write-files.js';

export interface DownloadLimits {
  readonly maxBytes: number;
  /** Maximum wait for the response to begin, and between two chunks of it. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

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
    const body = await bodyOf(url, limits.maxBytes, signal);
    const watch = new Transform({
      transform(piece: Uint8Array, _encoding, done) {
        timer.refresh();
        bytes += piece.length;
        hash.update(piece);
        if (bytes > limits.maxBytes) done(tooLarge(url, limits.maxBytes));
        else done(null, piece);
      },
    });
    await pipeline(body, watch, createWriteStream(file, { flags: 'wx' }), { signal });
    return hash.digest('hex');
  } catch (cause) {
    await rm(file, { force: true });
    throw failure(url, file, cause, { stalled: stalled.signal.aborted, cancelled: limits.signal.aborted });
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(url: URL, maxBytes: number, signal: AbortSignal): Promise<IncomingMessage> {
  const place = shownUrl(url);
  // the user names the server, which may be in a local network
  const rules = { allowPrivateAddresses: true, requireEncryption: true } as const;
  const answer = await httpGet(url, { place, code: 'E_MODEL', ...rules, signal });
  const { statusCode = 0, headers } = answer;
  const isTooLarge = Number(headers['content-length'] ?? 0) > maxBytes;
  if (statusCode >= 200 && statusCode < 300 && !isTooLarge) return answer;
  answer.destroy();
  if (isTooLarge && statusCode < 300) throw tooLarge(url, maxBytes);
  throw new SrganError('E_MODEL', `${place}: the server answered ${statusCode}.`);
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
    ['open', 'write', 'close'].includes(String(cause.syscall)) &&
    // a socket's own error
    code !== 'EPIPE' &&
    code !== 'ECONNRESET'
  ) {
    return writeFailure(file, cause);
  }
  const why = code ?? 'the connection was lost';
  return new SrganError('E_MODEL', `${shownUrl(url)}: downloading it failed: ${why}.`, { cause });
}
