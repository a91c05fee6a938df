import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { SrganError, type ErrorCode } from './errors.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface GetOptions {
  /** The name of the resource in error messages. */
  readonly place: string;
  /** The code of errors about redirects. */
  readonly code: ErrorCode;
  readonly allowPrivateAddresses: boolean;
  /** Whether to reject redirects from https to http. */
  readonly requireEncryption?: boolean;
  /** Fails with ETIMEDOUT after this time without a byte in either direction, including the DNS lookup. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Requests a URL and follows up to five redirects.
 * @returns the response, whatever its status; its body must be consumed or destroyed
 * @throws SrganError `code` for a bad redirect, E_ACCESS for a private address, and the system's errors
 */
export async function httpGet(first: URL, options: GetOptions): Promise<IncomingMessage> {
  const { place, code } = options;
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    if (!options.allowPrivateAddresses) rejectPrivateHost(place, url);
    const response = await send(url, options);
    const { statusCode = 0, headers } = response;
    if (!REDIRECTS.has(statusCode) || headers.location === undefined) return response;
    response.destroy();
    if (redirects === MAX_REDIRECTS)
      throw new SrganError(code, `${place}: redirects more than ${MAX_REDIRECTS} times.`);
    url = redirectTarget(url, headers.location, options);
  }
}

async function send(
  url: URL,
  { place, allowPrivateAddresses, idleMs, signal }: GetOptions,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    headers: { 'user-agent': 'srgan', accept: '*/*', 'accept-encoding': 'identity' },
    ...(allowPrivateAddresses ? {} : { lookup: publicLookup }),
    ...(signal ? { signal } : {}),
  };
  try {
    return await new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, options, resolve);
      if (idleMs !== undefined) request.setTimeout(idleMs, () => request.destroy(timedOut(idleMs)));
      request.on('error', reject);
      request.end();
    });
  } catch (error) {
    throw error instanceof PrivateAddressError ? privateAddressError(place, error.message) : error;
  }
}

function redirectTarget(from: URL, location: string, { place, code, requireEncryption }: GetOptions): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const isPlain = url?.protocol === 'http:' && !(requireEncryption && from.protocol === 'https:');
  if (url?.protocol === 'https:' || (url && isPlain)) return url;
  throw new SrganError(code, `${place}: redirects to an unsupported or unencrypted address.`);
}

const timedOut = (ms: number) =>
  Object.assign(new Error(`nothing arrived for ${ms / 1000} s`), { code: 'ETIMEDOUT' });

/**
 * Addresses outside the public internet: loopback, private and link-local networks, documentation, benchmarking
 * and multicast (IANA's special-purpose address registries). IPv6 ranges that embed IPv4 addresses are blocked as
 * a whole, since they can lead to a private one.
 */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
/** Public IPv6 addresses begin with the bits 001. */
const PUBLIC6 = new BlockList();
PUBLIC6.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv6');
}

/** @param address an IP address, without brackets or zone */
export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return PRIVATE.check(address, 'ipv4');
  return PRIVATE.check(address, 'ipv6') || !PUBLIC6.check(address, 'ipv6');
}

class PrivateAddressError extends Error {}

/**
 * Checks a URL whose host is an IP address: no DNS lookup will.
 * @throws SrganError E_ACCESS
 */
function rejectPrivateHost(place: string, { hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isPrivate(address)) throw privateAddressError(place, address);
}

/** A DNS lookup that returns public addresses only. The socket connects to these, so DNS rebinding cannot get past. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) {
      callback(error, '');
      return;
    }
    const open = found.filter(({ address }) => !isPrivate(address));
    const [first] = open;
    if (!first) {
      callback(new PrivateAddressError(found[0]?.address ?? hostname), '');
      return;
    }
    if (options.all) callback(null, open);
    else callback(null, first.address, first.family);
  });
};

function privateAddressError(place: string, address: string): SrganError {
  return new SrganError('E_ACCESS', `${place}: leads to ${address}, which is not a public address.`, {
    hint: 'Use --allow-private-addresses to read it anyway.',
  });
}
