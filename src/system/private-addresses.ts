import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SrganError } from './errors.js';

/**
 * Addresses that are not those of machines on the public internet: of the machine itself, of networks of a house
 * or a cloud, of documentation and tests, and multicast (IANA's registries of special-purpose addresses). IPv6
 * forms that carry an IPv4 address lead wherever that does, and are refused as a whole where that can't be seen.
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
/** Public IPv6 addresses begin with 001. */
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

/** The host of a URL where it is an address and not a name: no look-up comes between. */
export function refusePrivateHost(place: string, { hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isPrivate(address)) throw privateAddress(place, address);
}

/** Looks names up as the system does, and gives only an address that one may connect to: the one that is used. */
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

export function privateAddress(place: string, address: string): SrganError {
  return new SrganError('E_ACCESS', `${place}: leads to ${address}, an address that is not public.`, {
    hint: 'Take --allow-private-addresses if it is to be read all the same.',
  });
}
