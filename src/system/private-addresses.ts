import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SrganError } from './errors.js';

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

export class PrivateAddressError extends Error {}

/**
 * Checks a URL whose host is an IP address: no DNS lookup will.
 * @throws SrganError E_ACCESS
 */
export function rejectPrivateHost(place: string, { hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isPrivate(address)) throw privateAddressError(place, address);
}

/** A DNS lookup that returns public addresses only. The socket connects to these, so DNS rebinding cannot get past. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
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

export function privateAddressError(place: string, address: string): SrganError {
  return new SrganError('E_ACCESS', `${place}: leads to ${address}, which is not a public address.`, {
    hint: 'Use --allow-private-addresses to read it anyway.',
  });
}
