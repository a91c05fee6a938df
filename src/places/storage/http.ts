import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { SrganError } from '../../system/errors.js';
import type { Settings } from '../../contract/options.js';
import { HttpStatusError, storageFailure } from './storage-failures.js';
import {
  PrivateAddressError,
  privateAddressError,
  publicLookup,
  rejectPrivateHost,
} from '../../system/private-addresses.js';
import type { Readings, ReadRule } from '../../contract/storage.js';
import { rejectLarger, checkedBody } from './checked-body.js';

const MAX_REDIRECTS = 5;
/** Without a byte in either direction, from the look-up of the name on. */
const IDLE_MS = 30_000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Files of web servers. What a server says of their kind is not believed: the bytes decide.
 * @param settings.allowPrivateAddresses whether a name or a redirect may lead to an address that is not public
 */
export function openHttp({ allowPrivateAddresses }: Pick<Settings, 'allowPrivateAddresses'>): Readings {
  return {
    async read(place, rule) {
      let url = new URL(place);
      for (let redirects = 0; ; redirects += 1) {
        const answer = await get(place, url, rule);
        const { statusCode = 0, headers } = answer;
        if (statusCode === 200) return bodyOf(place, answer, rule);
        answer.destroy();
        if (!REDIRECTS.has(statusCode) || headers.location === undefined)
          throw storageFailure(place, new HttpStatusError(statusCode), 'read');
        if (redirects === MAX_REDIRECTS)
          throw new SrganError('E_READ', `${place}: leads on more than ${MAX_REDIRECTS} times.`);
        url = redirectTarget(place, headers.location, url);
      }
    },
  };

  async function get(place: string, url: URL, { signal }: ReadRule): Promise<IncomingMessage> {
    if (!allowPrivateAddresses) rejectPrivateHost(place, url);
    const options: RequestOptions = {
      headers: { 'user-agent': 'srgan', accept: '*/*', 'accept-encoding': 'identity' },
      ...(allowPrivateAddresses ? {} : { lookup: publicLookup }),
      ...(signal ? { signal } : {}),
    };
    try {
      return await new Promise((resolve, reject) => {
        const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, options, resolve);
        request.setTimeout(IDLE_MS, () => request.destroy(timedOut()));
        request.on('error', reject);
        request.end();
      });
    } catch (error) {
      if (error instanceof PrivateAddressError) throw privateAddressError(place, error.message);
      throw storageFailure(place, error, 'read');
    }
  }
}

function bodyOf(place: string, answer: IncomingMessage, { maxBytes }: ReadRule): AsyncIterable<Uint8Array> {
  const stated = answer.headers['content-length'];
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  try {
    if (encoding !== 'identity')
      throw new SrganError('E_READ', `${place}: came as ${encoding}, which was not asked for.`);
    rejectLarger(place, Number(stated ?? 0), maxBytes);
  } catch (error) {
    answer.destroy();
    throw error;
  }
  return checkedBody(place, answer, {
    maxBytes,
    declaredBytes: stated === undefined ? undefined : Number(stated),
  });
}

function redirectTarget(place: string, location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new SrganError('E_READ', `${place}: leads on to what is no address of http or https.`);
}

const timedOut = () =>
  Object.assign(new Error(`nothing came for ${IDLE_MS / 1000} s`), { code: 'ETIMEDOUT' });
